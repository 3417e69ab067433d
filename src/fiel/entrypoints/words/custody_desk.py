"""The words of custody's past, its seals, its prices and its reconciliation: help, answers, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: The end of the help of `fiel custody differences`.
DIFFERENCES_EXAMPLES = (
    "Examples:\n\n- fiel custody differences list\n- fiel custody differences approve ID --by bia\n"
)

DESK_HELP_PT: Mapping[str, str] = MappingProxyType(
    {
        DIFFERENCES_EXAMPLES: DIFFERENCES_EXAMPLES.replace("Examples", "Exemplos"),
        # shares, prices and worth
        "Bring shares from elsewhere into an account, with what they cost; the first thing brought "
        "opens it.": (
            "Traz ações de outro lugar para uma conta, com o que custaram; a primeira coisa trazida a abre."
        ),
        "Example: fiel custody bring ana PETR4 100 3820.00 --key opening-1": (
            "Exemplo: fiel custody bring ana PETR4 100 3820.00 --key abertura-1"
        ),
        "The ticker, such as PETR4.": "O código, como PETR4.",
        "How many, such as 100 or 0.5.": "Quantas, como 100 ou 0.5.",
        "What all of them cost, such as 3820.00.": "O que todas custaram, como 3820.00.",
        "Put a price into the store beside the book; one that is older than the price there changes nothing."
        "\n\nWhere FIEL_REDIS_URL is set, valuations take their prices from there, and not from this "
        "store.": (
            "Põe um preço na tabela ao lado do livro; um mais antigo que o de lá não muda nada.\n\nOnde "
            "FIEL_REDIS_URL está definida, as avaliações tomam os preços de lá, e não desta tabela."
        ),
        "Example: fiel custody price PETR4 38.20 --as-of 2026-05-04T17:00:00-03:00": (
            "Exemplo: fiel custody price PETR4 38.20 --as-of 2026-05-04T17:00:00-03:00"
        ),
        "The price of one, such as 38.20.": "O preço de uma, como 38.20.",
        "When it was the price, with its zone.": "Quando era esse o preço, com o fuso.",
        "Who says so.": "Quem o diz.",
        "Show what an account is worth at last prices; a position without a price is named, and "
        "never zero.": (
            "Mostra o que uma conta vale aos últimos preços; uma posição sem preço é dita, e nunca vale zero."
        ),
        "Example: fiel custody summary ana": "Exemplo: fiel custody summary ana",
        "When it happened, with its zone (default: now).": "Quando aconteceu, com o fuso (padrão: agora).",
        # the past
        "Show an account's money over a period: opening, entries, closing. Exit code 4 when unknown.": (
            "Mostra o dinheiro de uma conta num período: abertura, lançamentos, fechamento. Código de saída "
            "4 quando desconhecida."
        ),
        "Example: fiel custody statement ana --from 2026-05-01T00:00:00-03:00 "
        "--to 2026-06-01T00:00:00-03:00": (
            "Exemplo: fiel custody statement ana --from 2026-05-01T00:00:00-03:00 "
            "--to 2026-06-01T00:00:00-03:00"
        ),
        "Where the period starts, that instant included.": "Onde o período começa, esse instante incluído.",
        "Where the period ends, that instant not included.": (
            "Onde o período termina, esse instante não incluído."
        ),
        "Which time counts: when it happened, or when the book learned of it.": (
            "Que tempo conta: quando aconteceu (occurred), ou quando o livro soube (recorded)."
        ),
        "Show balance and positions of an account as they stood at an instant. Exit code 4 when unknown.": (
            "Mostra saldo e posições de uma conta como estavam num instante. Código de saída 4 quando "
            "desconhecida."
        ),
        "Example: fiel custody holdings ana --at 2026-05-04T18:00:00-03:00": (
            "Exemplo: fiel custody holdings ana --at 2026-05-04T18:00:00-03:00"
        ),
        "The instant, itself included.": "O instante, ele mesmo incluído.",
        # the chain
        "Seal what the journal holds: after that, no entry of it can be changed unseen.": (
            "Sela o que o diário contém: depois disso, nenhum lançamento dele muda sem que se veja."
        ),
        "Example: fiel custody seal": "Exemplo: fiel custody seal",
        "Count the chain again from the journal's rows; exit code 1 where it breaks, and the entry is named."
        "\n\nThe head it prints proves all before it: keep it elsewhere, and give it to a later --expect.": (
            "Calcula a corrente de novo a partir das linhas do diário; código de saída 1 onde ela quebra, e "
            "o lançamento é dito.\n\nA ponta que imprime prova tudo antes dela: guarde-a em outro lugar, e "
            "dê-a depois a --expect."
        ),
        "Example: fiel custody verify-chain --expect 3:9f86d0...": (
            "Exemplo: fiel custody verify-chain --expect 3:9f86d0..."
        ),
        "A head kept elsewhere, which must lie on the chain.": (
            "Uma ponta guardada em outro lugar, que precisa estar na corrente."
        ),
        # reconciliation
        "Compare the book with a broker's statement; nothing is booked, and differences are kept to be "
        "decided.\n\nThe exit code is 0 with differences, too; 2 names the lines of the file that cannot be "
        "read.": (
            "Compara o livro com o extrato de uma corretora; nada é lançado, e as diferenças ficam para "
            "serem "
            "decididas.\n\nO código de saída é 0 também com diferenças; o 2 diz as linhas do arquivo que não "
            "podem ser lidas."
        ),
        "Example: fiel custody reconcile xp.csv --statement xp-2026-05 --as-of 2026-05-31T18:00:00-03:00": (
            "Exemplo: fiel custody reconcile xp.csv --statement xp-2026-05 --as-of 2026-05-31T18:00:00-03:00"
        ),
        "CSV with the header userId,currency,asset,quantity.": (
            "CSV com o cabeçalho userId,currency,asset,quantity."
        ),
        "What the statement is called, such as xp-2026-05.": "Como o extrato se chama, como xp-2026-05.",
        "The instant that the statement speaks of.": "O instante de que o extrato fala.",
        "Differences to brokers' statements: each waits for a person to approve or dismiss it.": (
            "Diferenças com extratos de corretoras: cada uma espera que uma pessoa a aprove ou descarte."
        ),
        "List the open differences, oldest first.": "Lista as diferenças em aberto, da mais velha em diante.",
        "Those that were decided already, too.": "Também as que já foram decididas.",
        "Show a difference: what the book says, what the statement says, and what was decided.": (
            "Mostra uma diferença: o que o livro diz, o que o extrato diz, e o que foi decidido."
        ),
        "The difference, as `differences list` names it.": "A diferença, como `differences list` a chama.",
        "Who decides.": "Quem decide.",
        "What shares that come had cost in all (default: 0).": (
            "O que as ações que entram custaram ao todo (padrão: 0)."
        ),
        "Book a difference, so that the book is as the statement has it; approved again it stays one entry."
        "\n\nExit code 5 when it was dismissed, or when the book has moved since: reconcile again.": (
            "Lança uma diferença, para o livro ficar como o extrato; aprovada de novo, continua um "
            "lançamento "
            "só.\n\nCódigo de saída 5 quando foi descartada, ou quando o livro mudou desde então: "
            "concilie de "
            "novo."
        ),
        "Decide that the book is right, and the statement wrong. Exit code 5 when it was approved.": (
            "Decide que o livro está certo, e o extrato errado. Código de saída 5 quando foi aprovada."
        ),
    }
)

#: key -> (Brazilian Portuguese, English).
DESK_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "bring_done": (
            "{user}: entraram {quantity} {ticker} (lançamento {entry}).",
            "{user}: {quantity} {ticker} came in (entry {entry}).",
        ),
        "price_kept": ("{ticker}: preço de {at} guardado.", "{ticker}: price of {at} kept."),
        "price_older": (
            "{ticker}: já há um preço mais novo que {at}; nada mudou.",
            "{ticker}: there is a price newer than {at} already; nothing changed.",
        ),
        "summary_position": (
            "{ticker}: {quantity} a {price} = {value}",
            "{ticker}: {quantity} at {price} = {value}",
        ),
        "summary_unpriced": ("{ticker}: {quantity}, sem preço", "{ticker}: {quantity}, no price"),
        "summary_worth": (
            "Posições {shares}, patrimônio {total}: avaliação {valuation}, em {at}.",
            "Positions {shares}, total equity {total}: valuation {valuation}, as of {at}.",
        ),
        "summary_prices": (
            "Preço mais velho: {oldest}. Fonte dos preços: {sources}.",
            "Oldest price: {oldest}. Source of the prices: {sources}.",
        ),
        "summary_lack": ("{ticker}: {reason}", "{ticker}: {reason}"),
        "lack_unknown": ("o preço falta; não está na soma", "its price is missing; it is not in the sum"),
        "lack_unusable": (
            "o preço não pode ser usado; não está na soma",
            "its price cannot be used; it is not in the sum",
        ),
        "lack_currency": (
            "o preço está em outra moeda; não está na soma",
            "its price is in another currency; it is not in the sum",
        ),
        "lack_stale": ("o preço é velho, e foi usado", "its price is old, and was used"),
        "valuation_complete": ("completa", "complete"),
        "valuation_incomplete": ("incompleta", "incomplete"),
        "axis_occurred": ("quando aconteceu", "when it happened"),
        "axis_recorded": ("quando o livro soube", "when the book learned of it"),
        "statement_head": (
            "{user}: extrato em {currency}, por {axis}, de {start} até antes de {end}.",
            "{user}: statement in {currency}, by {axis}, from {start} to before {end}.",
        ),
        "holdings_head": (
            "{user}: conta em {currency} como estava em {at}, por {axis}.",
            "{user}: account in {currency} as it stood at {at}, by {axis}.",
        ),
        "column_time": ("quando", "time"),
        "column_type": ("tipo", "type"),
        "column_order": ("ordem", "order"),
        "column_ticker": ("código", "ticker"),
        "column_amount": ("valor", "amount"),
        "column_balance": ("saldo", "balance"),
        "column_quantity": ("quantidade", "quantity"),
        "column_reserved": ("reservada", "reserved"),
        "column_average": ("preço médio", "average price"),
        "opening": ("abertura", "opening"),
        "closing": ("fechamento", "closing"),
        "counted_from": (
            (
                "Fonte: o diário do livro, lançamentos da carteira: {count}, lido em {at}. RESERVE e REFUND "
                "não mudam o saldo."
            ),
            (
                "Source: the book's journal, wallet entries: {count}, read at {at}. RESERVE and REFUND leave "
                "the balance as it is."
            ),
        ),
        "holdings_from": (
            "Fonte: o diário do livro, lido em {at}.",
            "Source: the book's journal, read at {at}.",
        ),
        "sealed": ("{n} lançamento selado.", "{n} entry sealed."),
        "sealeds": ("{n} lançamentos selados.", "{n} entries sealed."),
        "chain_sound": ("A corrente confere: {count} selos.", "The chain holds: {count} seals."),
        "chain_head": (
            "Ponta, para guardar em outro lugar: {head}",
            "Head, to keep elsewhere: {head}",
        ),
        "chain_unsealed": ("Lançamentos ainda sem selo: {count}", "Entries not sealed yet: {count}"),
        "chain_broken": (
            "Lançamento {entry} do diário (selo {seal}): a corrente quebra aqui ({reason}).",
            "Journal entry {entry} (seal {seal}): the chain breaks here ({reason}).",
        ),
        "chain_head_missing": (
            "A corrente termina antes do selo {position}, que foi guardado: a história foi cortada.",
            "The chain ends before seal {position}, which was kept: history was cut off.",
        ),
        "chain_head_differs": (
            "O selo {position} não é o que foi guardado: a história antes dele foi reescrita.",
            "Seal {position} is not the one that was kept: history before it was rewritten.",
        ),
        "reconciled": (
            "Contas comparadas: {accounts}, em {at}. {found}.",
            "Accounts compared: {accounts}, as of {at}. {found}.",
        ),
        "difference": ("{n} diferença", "{n} difference"),
        "differences": ("{n} diferenças", "{n} differences"),
        "differences_none": ("Nenhuma diferença.", "No differences."),
        "cash_elsewhere": (
            "{user}: o dinheiro em {currency} fica em outro lugar e não foi comparado.",
            "{user}: the money in {currency} is kept elsewhere and was not compared.",
        ),
        "ours_theirs": ("aqui {ours}, extrato {theirs}", "here {ours}, statement {theirs}"),
        "item_open": ("em aberto", "open"),
        "item_approved": ("aprovada", "approved"),
        "item_dismissed": ("descartada", "dismissed"),
        "difference_approved": (
            "{id}: aprovada por {by}; lançamento {entry}.",
            "{id}: approved by {by}; entry {entry}.",
        ),
        "difference_dismissed": ("{id}: descartada por {by}.", "{id}: dismissed by {by}."),
    }
)

DESK_FAILURES_PT: Mapping[str, str] = MappingProxyType(
    {
        "axis_unknown": "--axis é occurred ou recorded.",
        "period_reversed": "O período termina antes de começar.",
        "period_too_long": "O período tem lançamentos demais; peça um mais curto.",
        "head_malformed": "Escreva a ponta da corrente como foi impressa: posição:64 dígitos hexadecimais.",
        "last_price_not_positive": "O preço precisa ser maior que zero.",
        "quantity_out_of_range": "A quantidade precisa ser maior que zero e caber no livro.",
        "text_length": "Escreva de 1 a 100 caracteres.",
        "ticker_malformed": "O código tem letras e dígitos, como PETR4.",
        "currency_malformed": "A moeda são três letras, como BRL.",
        "statement_not_found": "Não existe esse arquivo de extrato.",
        "statement_too_large": "O extrato é grande demais.",
        "statement_not_text": "O extrato não é texto UTF-8. Salve o arquivo como UTF-8.",
        "statement_header": "A primeira linha precisa ser userId,currency,asset,quantity.",
        "statement_empty": "O extrato não tem nenhuma linha abaixo do cabeçalho.",
        "statement_malformed": "A linha não é CSV.",
        "columns_wrong": "A linha tem {found} colunas, e precisa ter quatro.",
        "row_twice": "O mesmo ativo da mesma conta já está na linha {first}.",
        "as_of_in_future": "O extrato fala de um tempo que ainda não chegou.",
        "item_unknown": "Não existe essa diferença. As que existem: fiel custody differences list",
        "item_settled": "Essa diferença já foi decidida.",
        "item_outdated": "O livro mudou desde então: concilie de novo.",
        "cost_not_wanted": "Só ações que entram têm custo.",
    }
)
