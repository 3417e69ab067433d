"""The words of `fiel notices`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NOTICES_EXAMPLES = "Examples:\n\n- fiel notices show\n- fiel notices send\n- fiel notices test\n"

NOTICES_HELP_PT: Mapping[str, str] = MappingProxyType(
    {
        NOTICES_EXAMPLES: NOTICES_EXAMPLES.replace("Examples", "Exemplos"),
        "What people are told of without asking: drift, payments, late payments, STALE, providers.": (
            "O que as pessoas ficam sabendo sem perguntar: desvio, pagamentos, atrasos, STALE, fontes."
        ),
        "Show what there is to tell now, whether it was told or not; nothing is sent.": (
            "Mostra o que há para avisar agora, já avisado ou não; nada é enviado."
        ),
        "Look once and send what was not told yet to webhook and e-mail; exit code 6 when one takes nothing."
        "\n\n`fiel serve` does this every quarter of an hour.": (
            "Olha uma vez e envia ao webhook e ao e-mail o que ainda não foi avisado; código de saída 6 "
            "quando um deles não aceita.\n\nO `fiel serve` faz isto a cada quarto de hora."
        ),
        "Send one message to each channel that the settings name; exit code 6 when one did not go out.": (
            "Envia uma mensagem a cada canal que os ajustes indicam; código de saída 6 quando uma não saiu."
        ),
    }
)

NOTICES_NOTES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "notices_none": ("Nada a avisar.", "Nothing to tell."),
        "notices_told": (
            "{sent} enviados, {known} já avisados, {held} retidos pelo limite, {failed} não aceitos.",
            "{sent} sent, {known} told before, {held} held by the limit, {failed} not taken.",
        ),
    }
)
