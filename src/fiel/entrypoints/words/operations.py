"""The words of `fiel backup`, `restore`, `export-user`, `doctor` and `notices`: help, notes, failures."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fiel.entrypoints.words.doctor import DOCTOR_HELP_PT, DOCTOR_NOTES
from fiel.entrypoints.words.notices import NOTICES_HELP_PT, NOTICES_NOTES

BACKUP_EXAMPLES = (
    "Examples:\n\n"
    "- fiel backup book.fiel\n"
    "- fiel backup book.fiel --database postgresql://fiel@localhost/fiel\n"
)
RESTORE_EXAMPLES = (
    "Examples:\n\n"
    "- fiel restore book.fiel --database sqlite:////srv/fiel/fiel.db\n"
    "- fiel restore book.fiel --check\n"
)

OPERATIONS_HELP_PT: Mapping[str, str] = MappingProxyType(
    {
        BACKUP_EXAMPLES: BACKUP_EXAMPLES.replace("Examples", "Exemplos"),
        RESTORE_EXAMPLES: RESTORE_EXAMPLES.replace("Examples", "Exemplos"),
        "Copy the whole database, as of one instant and while others go on writing, into one compressed file."
        "\n\nThe file is read back, and the book is added up again; exit code 1 when the book is "
        "unsound (the copy\n"
        "is kept). Who is signed in is not in it; passwords and keys are, as hashes.": (
            "Copia o banco de dados inteiro, de um só instante e enquanto outros seguem gravando, "
            "num arquivo "
            "compactado.\n\nO arquivo é lido de volta e o livro é somado de novo; código de saída 1 quando o "
            "livro não bate (a cópia fica). Quem está conectado não vai; senhas e chaves vão, como hashes."
        ),
        "The file to write, such as book.fiel.": "O arquivo a gravar, como livro.fiel.",
        "Do not add the book up again.": "Não somar o livro de novo.",
        "Restore a copy into an empty database, PostgreSQL or SQLite, whichever it was taken of.\n\nIt is "
        "filled beside, added up again and its chain counted, and only then put there in one step;\n"
        "whatever stops it, the database is as it was before.": (
            "Restaura uma cópia num banco de dados vazio, PostgreSQL ou SQLite, seja de qual dos "
            "dois ela for."
            "\n\nÉ preenchida à parte, somada de novo e tem a cadeia conferida, e só então posta no "
            "lugar num "
            "passo; o que quer que a interrompa, o banco fica como estava."
        ),
        "Show what `fiel restore --force` replaced here and keeps; with --drop it is gone for good.": (
            "Mostra o que `fiel restore --force` substituiu aqui e guarda; com --drop, apaga de vez."
        ),
        "Drop it; there is no way back.": "Apaga; não há volta.",
        "A file that `fiel backup` wrote.": "Um arquivo gravado por `fiel backup`.",
        "Replace what is there; it is kept beside under another name.": (
            "Substitui o que está lá; o antigo fica guardado ao lado, com outro nome."
        ),
        "Restore a book that does not add up, to look at it.": (
            "Restaura um livro que não bate, para examiná-lo."
        ),
        "Only read the file to its end and say what it holds.": (
            "Só lê o arquivo até o fim e diz o que ele tem."
        ),
        "Write everything that the database has about one user into a folder, as JSON and CSV.": (
            "Grava numa pasta tudo o que o banco de dados tem sobre um usuário, em JSON e CSV."
        ),
        "Whose data: a wallet, or a user of the book.": "De quem: uma carteira, ou um usuário do livro.",
        "The folder to write; it must be new or empty.": "A pasta a gravar; deve ser nova ou vazia.",
        "Example: fiel export-user ana ana-data": "Exemplo: fiel export-user ana dados-da-ana",
        "Overwrite the file if it exists already.": "Sobrescreve o arquivo, se já existir.",
        **DOCTOR_HELP_PT,
        **NOTICES_HELP_PT,
    }
)

OPERATIONS_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "backup_done": (
            "{file}: {tables} tabelas, {rows} linhas, {size} bytes. SHA-256 do conteúdo: {sha256}",
            "{file}: {tables} tables, {rows} rows, {size} bytes. SHA-256 of the content: {sha256}",
        ),
        "backup_sound": (
            "O livro bate: {accounts} contas e {entries} lançamentos somados de novo, cadeia conferida.",
            "The book is sound: {accounts} accounts and {entries} entries added up again, chain counted.",
        ),
        "backup_unsound": (
            "A cópia foi gravada, mas o livro não bate: {count} divergências. Veja: fiel custody check",
            "The copy was written, but the book is unsound: {count} findings. See: fiel custody check",
        ),
        "backup_holds": (
            "{file}: inteiro. Esquema {schema}, feito em {at} ({engine}), {tables} tabelas, {rows} linhas.",
            "{file}: whole. Schema {schema}, made at {at} ({engine}), {tables} tables, {rows} rows.",
        ),
        "restore_done": (
            "{database}: restaurado e conferido, {tables} tabelas, {rows} linhas, esquema {schema}.",
            "{database}: restored and proved, {tables} tables, {rows} rows, schema {schema}.",
        ),
        "restore_unproved": (
            "{database}: restaurado SEM conferir, {tables} tabelas, {rows} linhas, esquema {schema}.",
            "{database}: restored WITHOUT proof, {tables} tables, {rows} rows, schema {schema}.",
        ),
        "restore_kept": (
            "O que havia antes está em: {kept}. Para apagá-lo: fiel db kept --drop --database {database}",
            "What was there before is kept in: {kept}. To drop it: fiel db kept --drop --database {database}",
        ),
        "db_kept": (
            "Guardado de antes de um `fiel restore --force`: {kept}. Com --drop é apagado.",
            "Kept from before a `fiel restore --force`: {kept}. With --drop it is dropped.",
        ),
        "db_kept_dropped": ("Apagado: {kept}", "Dropped: {kept}"),
        "db_kept_none": ("{database}: nada está guardado de antes.", "{database}: nothing is kept."),
        "export_user_done": (
            "{folder}: {rows} linhas de {tables} tabelas, em JSON e CSV; about.json diz o que é cada coisa.",
            "{folder}: {rows} rows of {tables} tables, as JSON and CSV; about.json says what is what.",
        ),
        **DOCTOR_NOTES,
        **NOTICES_NOTES,
    }
)

OPERATIONS_FAILURES_PT: Mapping[str, str] = MappingProxyType(
    {
        "backup_damaged": "{file} está danificado ({reason}). Use outra cópia.",
        "backup_truncated": "{file} acaba antes do fim: foi cortado. Use outra cópia.",
        "backup_too_large": (
            "{file} se expande para mais do que a cópia de um livro pode ter; não foi gravado pelo Fiel."
        ),
        "backup_newer": (
            "A cópia é do esquema {found} e este programa conhece até o {wanted}. Instale o Fiel que "
            "a gravou, "
            "ou um mais novo."
        ),
        "former_kept": (
            "O que uma restauração anterior substituiu ainda está guardado em {kept}. Apague com "
            "`fiel db kept --drop`, ou mova para outro lugar, e restaure de novo."
        ),
        "database_not_empty": (
            "{database} não está vazio. Indique outro banco, ou substitua-o com --force (o que há nele é "
            "guardado)."
        ),
        "database_in_use": (
            "O banco de dados está aberto em algum lugar. Pare o `fiel serve` e todos os workers, e restaure "
            "de novo."
        ),
        "book_unsound": "O livro não bate com o seu diário: {findings} divergências, a primeira: {first}",
        "user_unknown": "O livro não tem o usuário {user}.",
        "folder_not_empty": "A pasta não está vazia. Indique outra.",
        "restore_running": "Outra restauração neste banco de dados está em andamento.",
    }
)
