"""Plans of the saved book: what is held wherever it is, its cash, its prices, and the tax of its month."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from fiel.copilot.buying import plan as plan_of
from fiel.copilot.files.portfolio_file import parse_portfolio
from fiel.copilot.own_plan.owned import Part
from fiel.copilot.own_plan.planning import sales_at, untaxed_sales
from fiel.copilot.taxes.desk import TaxDesk
from fiel.copilot.taxes.told import read_told
from fiel.custody.accounts import CashMode
from fiel.kernel.errors import InvalidInput, NotFound, Refused
from fiel.portfolio.instruments import BR_ETF_BDR, BR_FII, BR_STOCK
from tests.copilot.own_plan.books import HEAD, NOW, WALLET, SavedBook, orders

D = Decimal
ETF = '[assets.BOVA11]\nkind = "etf"\n'
HALVES = f'{ETF}[targets]\nPETR4F = "50"\nBOVA11 = "50"\n'
#: Of R$ 24,000 in PETR4 at 40.00, R$ 9,000 are too much.
SELL_9000 = f'{ETF}[targets]\nPETR4F = "62.5"\nBOVA11 = "37.5"\n'


def test_the_book_and_a_file_give_the_same_orders(book: SavedBook) -> None:
    """Quantities of two accounts, average cost and cash, typed into a file by hand: one plan."""
    book.has_account("clear", CashMode.TRACKED)
    book.holds("PETR4", "30", "900.00")
    book.holds("PETR4", "10", "340.00", account="clear")
    book.holds("BOVA11", "5", "560.00", account="clear")
    book.deposits("350.00")
    book.deposits("50.50", account="clear")
    book.costs(PETR4="35.84", BOVA11="127.20")
    typed = f"""{HEAD}
        [cash]
        available = "400.50"
        [assets.PETR4F]
        quantity = "40"
        average_cost = "31.00"
        price = "35.84"
        [assets.BOVA11]
        kind = "etf"
        quantity = "5"
        average_cost = "112.00"
        price = "127.20"
        [targets]
        PETR4F = "50"
        BOVA11 = "50"
    """
    for cash, mode in (("1000", None), (None, "full"), ("77.10", "full")):
        mine = book.plan(HALVES, cash, mode=mode)
        from_file = plan_of(parse_portfolio(typed), cash, mode=mode, now=NOW)
        assert orders(mine) == orders(from_file)
        assert (mine.objective, mine.residual_cash) == (from_file.objective, from_file.residual_cash)
    assert orders(book.plan(HALVES, "1000"))


def test_accounts_are_one_wallet_and_each_is_told(book: SavedBook) -> None:
    """Quantity and average over all accounts, a split of the market counted in each; who holds what."""
    book.has_account("clear")
    book.has_account("xp")
    book.holds("BBAS3", "10", "500.00")
    book.holds("BBAS3", "30", "1700.00", account="clear")
    book.holds("BBAS3", "60", "3000.00", account="xp")
    book.splits("2026-04-10", "BBAS3", "2")
    owned = book.own('[targets]\nBBAS3F = "100"\n').owned
    held = owned.assets["BBAS3"]
    assert (held.quantity, held.average_cost) == (D(200), D(26))
    assert held.parts == (Part("ana", D(20)), Part("clear", D(60)), Part("xp", D(120)))


def test_a_sale_says_where_the_shares_are(book: SavedBook) -> None:
    """One line of an account for each that holds it; purchases say nothing."""
    book.has_account("clear")
    book.has_account("xp")
    book.holds("PETR4", "300", "3000.00", account="clear")
    book.holds("PETR4", "300", "3000.00", account="xp")
    book.costs(PETR4="40.00", BOVA11="100.00")
    plan = book.plan(SELL_9000, mode="full")
    sales = list(sales_at(plan.orders, book.own(SELL_9000).owned))
    assert [(each.line, each.parts) for each in sales] == [
        ("PETR4F", (Part("clear", D(300)), Part("xp", D(300))))
    ]
    assert set(orders(plan)) == {"PETR4F", "BOVA11"}


def test_cash_that_is_elsewhere_is_not_counted(book: SavedBook) -> None:
    """A broker's account without cash in the book has none to spend; the wallet's own has."""
    book.has_account("clear")
    book.holds("PETR4", "10", "300.00", account="clear")
    book.sells("2026-10-05", "PETR4", "5", "40.00", account="clear")
    book.deposits("350.00")
    owned = book.own(HALVES).owned
    assert owned.free_cash == D("350.00")
    assert [(each.account, each.free) for each in owned.cash] == [("ana", D("350.00")), ("clear", None)]


def test_a_sale_stops_at_what_is_left_of_the_exemption(book: SavedBook) -> None:
    """R$ 12,000 were sold this month at a gain: R$ 8,000 are left, though R$ 9,000 are too much."""
    book.has_account("clear")
    book.holds("PETR4", "600", "6000.00", account="clear")
    book.costs(PETR4="40.00", BOVA11="100.00")
    assert orders(book.plan(SELL_9000, mode="full"))["PETR4F"] == D(-225)
    book.holds("VALE3", "200", "2000.00", account="clear")
    book.sells("2026-11-03", "VALE3", "200", "60.00", account="clear")
    after = book.plan(SELL_9000, mode="full")
    assert orders(after)["PETR4F"] == D(-200)
    assert after.tax == 0


def test_sales_of_other_months_leave_the_exemption_whole(book: SavedBook) -> None:
    """The same sale in October takes nothing from November."""
    book.has_account("clear")
    book.holds("PETR4", "600", "6000.00", account="clear")
    book.holds("VALE3", "200", "2000.00", account="clear")
    book.sells("2026-10-30", "VALE3", "200", "60.00", account="clear")
    book.costs(PETR4="40.00", BOVA11="100.00")
    assert orders(book.plan(SELL_9000, mode="full"))["PETR4F"] == D(-225)


def test_losses_carried_change_the_plan(book: SavedBook) -> None:
    """A loss of October pays for the gain of selling beyond the exemption; without it the plan stops."""
    book.has_account("clear")
    book.holds("PETR4", "600", "6000.00", account="clear")
    book.holds("VALE3", "400", "12000.00", account="clear")
    book.sells("2026-11-03", "VALE3", "400", "30.00", account="clear")
    book.costs(PETR4="40.00", BOVA11="100.00")
    assert orders(book.plan(SELL_9000, mode="full"))["PETR4F"] == D(-200)
    book.holds("MGLU3", "1000", "30000.00", account="clear")
    book.sells("2026-10-05", "MGLU3", "1000", "5.00", account="clear")
    after = book.plan(SELL_9000, mode="full")
    assert (orders(after)["PETR4F"], after.tax) == (D(-225), D(0))


def test_losses_from_before_the_book_are_said(book: SavedBook) -> None:
    """What the command line says of losses counts as those of the ledger do."""
    book.has_account("clear")
    book.holds("PETR4", "600", "6000.00", account="clear")
    book.holds("VALE3", "400", "12000.00", account="clear")
    book.sells("2026-11-03", "VALE3", "400", "30.00", account="clear")
    book.costs(PETR4="40.00", BOVA11="100.00")
    said = read_told(losses=["common=25000.00"])
    assert orders(book.plan(SELL_9000, mode="full", said=said))["PETR4F"] == D(-225)


def test_the_month_goes_to_the_groups_of_the_engine(book: SavedBook) -> None:
    """FII losses to FIIs, common losses to funds of shares when no share is held, and rates of the text."""
    book.holds("XPML11", "100", "10000.00")
    book.holds("BOVA11", "100", "10000.00")
    book.sells("2026-10-05", "XPML11", "50", "90.00")
    book.sells("2026-10-05", "BOVA11", "50", "80.00")
    book.sells("2026-11-05", "XPML11", "10", "110.00")
    text = f'{ETF}[assets.XPML11]\nkind = "fii"\n[targets]\nXPML11 = "60"\nBOVA11 = "40"\n'
    groups = book.own(f'{text}[tax.br_fii]\nrate = "21"\n').portfolio.tax_groups
    fii, funds = groups[BR_FII], groups[BR_ETF_BDR]
    assert (fii.rate, fii.loss_carry, fii.sales_so_far, fii.gain_so_far) == (
        *(D("0.21"), D(500), D(1100), D(100)),
    )
    assert (funds.loss_carry, funds.sales_so_far) == (D(1000), D(0))
    book.holds("PETR4", "1", "30.00")
    groups = book.own(f"{text}").portfolio.tax_groups
    assert (groups[BR_STOCK].loss_carry, groups[BR_ETF_BDR].loss_carry) == (D(1000), D(0))


def test_a_limit_of_the_text_goes_before_the_laws(book: SavedBook) -> None:
    """Who writes an exemption of their own has it; the month so far still is the book's."""
    book.holds("PETR4", "10", "300.00")
    book.sells("2026-11-03", "PETR4", "5", "40.00")
    text = '[tax.br_stock]\nexempt_sales = "35000"\n[targets]\nPETR4F = "100"\n'
    group = book.own(text).portfolio.tax_groups[BR_STOCK]
    assert (group.exempt_sales, group.sales_so_far) == (D(35000), D(200))
    group = book.own('[targets]\nPETR4F = "100"\n').portfolio.tax_groups[BR_STOCK]
    assert (group.exempt_sales, group.sales_so_far) == (D(20000), D(200))


def test_what_a_person_told_of_the_month_is_the_books(book: SavedBook) -> None:
    """Quantities, cash and the month in the text count for nothing, and are named with their lines."""
    book.holds("PETR4", "10", "300.00")
    text = (
        '[cash]\navailable = "9000"\n[assets.PETR4F]\nquantity = "7"\n'
        '[tax.br_stock]\nsales_so_far = "20000"\n[targets]\nPETR4F = "100"\n'
    )
    own = book.own(text)
    assert own.portfolio.cash == 0
    assert own.portfolio.assets[0].quantity == D(10)
    assert own.targets.portfolio.assets[0].quantity == 0
    assert own.portfolio.tax_groups[BR_STOCK].sales_so_far == 0
    assert [(each.place, each.line) for each in own.targets.unused] == [
        ("cash.available", 3),
        ("assets.PETR4F.quantity", 5),
        ("tax.br_stock.sales_so_far", 7),
    ]


def test_what_has_no_target_counts_with_target_zero(book: SavedBook) -> None:
    """As in a file: left alone when buying, sold in full mode; an odd number is of the odd-lot market."""
    book.holds("PETR4", "10", "300.00")
    book.holds("VALE3", "7", "400.00")
    book.holds("ITUB4", "200", "400.00")
    book.costs(PETR4="40.00", BOVA11="100.00", VALE3="60.00", ITUB4="30.00")
    assert book.own(HALVES).untargeted == ("ITUB4", "VALE3F")
    assert "VALE3F" not in orders(book.plan(HALVES, "1000"))
    assert orders(book.plan(HALVES, mode="full"))["VALE3F"] == D(-7)


def test_what_is_ignored_stays_out(book: SavedBook) -> None:
    """It needs no price, and is no part of the whole."""
    book.holds("PETR4", "10", "300.00")
    book.holds("CDBBANCO2028", "1", "5000.00")
    book.costs(PETR4="40.00", BOVA11="100.00")
    plan = book.plan(f"[assets.CDBBANCO2028]\nkind = 'fixed_income'\nignore = true\n{HALVES}", "400")
    assert orders(plan) == {"BOVA11": D(4)}


def test_prices_say_when_and_whence(book: SavedBook) -> None:
    """PETR4F has PETR4's; the text's own stands where none is kept, or is of a later time."""
    book.holds("PETR4", "10", "300.00")
    book.costs(NOW - timedelta(days=2), PETR4="40.00", BOVA11="100.00")
    text = '[assets.CDBX]\nkind = "fixed_income"\nprice = "1000"\nas_of = 2026-11-19\nsource = "bank"\n'
    later = '[assets.BOVA11]\nkind = "etf"\nprice = "101"\nas_of = 2026-11-19\n'
    targets = '[targets]\nPETR4F = "50"\nBOVA11 = "30"\nCDBX = "20"\n'
    lines = {line.id: line for line in book.priced(text + later + targets).assets}
    assert (lines["PETR4F"].price, lines["PETR4F"].source) == (D(40), "b3 (PETR4)")
    assert lines["PETR4F"].as_of == NOW - timedelta(days=2)
    assert (lines["CDBX"].price, lines["CDBX"].source) == (D(1000), "bank")
    assert lines["BOVA11"].price == D(101)
    book.costs(NOW, BOVA11="102.00")
    assert {line.id: line.price for line in book.priced(text + later + targets).assets}["BOVA11"] == D(102)


def test_a_stale_price_is_refused(book: SavedBook) -> None:
    """By the rule of files: older than the limit is no price to plan with."""
    book.holds("PETR4", "10", "300.00")
    book.costs(NOW - timedelta(days=6), PETR4="40.00")
    book.costs(NOW, BOVA11="100.00")
    with pytest.raises(Refused, match="PETR4F is from") as refused:
        book.plan(HALVES, "100")
    assert refused.value.code == "price_stale"


def test_missing_prices_are_named_together(book: SavedBook) -> None:
    """All of them at once, with the ways to get them."""
    book.holds("PETR4", "10", "300.00")
    with pytest.raises(Refused, match=r"BOVA11, PETR4F.*--market") as refused:
        book.priced(HALVES)
    assert refused.value.code == "own_price_missing"


def test_an_asset_that_nothing_tells_is_refused_with_the_option(book: SavedBook) -> None:
    """A unit, a FII or an ETF: the refusal names the option, and the option settles it."""
    book.holds("PETR4", "10", "300.00")
    book.holds("XPTO11", "10", "1000.00")
    with pytest.raises(Refused, match="--category XPTO11=fii") as refused:
        book.own(HALVES)
    assert refused.value.code == "category_missing"
    own = book.own(HALVES, read_told(["XPTO11=fii"]))
    assert own.portfolio.assets[-1].tax_group == BR_FII


def test_buying_goes_on_when_the_month_cannot_be_reckoned(book: SavedBook) -> None:
    """The tax of what was sold is unknown: the reason is kept for who wants to sell."""
    book.holds("XPTO11", "10", "1000.00")
    book.sells("2026-11-03", "XPTO11", "10", "110.00")
    book.costs(PETR4="40.00", BOVA11="100.00")
    refused = book.own(HALVES).owned.month_refused
    assert refused is not None
    assert refused.code == "category_missing"
    assert orders(book.plan(HALVES, "1000"))


def test_an_option_is_no_title(book: SavedBook) -> None:
    """Its code is no ticker either: what was sold of it is taxed by the month, and must be said."""
    book.holds("PETRA123", "100", "100.00")
    book.sells("2026-11-03", "PETRA123", "100", "2.00")
    refused = book.own(HALVES).owned.month_refused
    assert refused is not None
    assert refused.details["first"] == "PETRA123"
    assert book.own(HALVES, read_told(["PETRA123=option"])).owned.month_refused is None


def test_the_kind_in_the_targets_is_the_word_for_tax(book: SavedBook) -> None:
    """Who says in the targets that it is a FII need not say it again for what was sold of it."""
    book.holds("XPTO11", "20", "2000.00")
    book.sells("2026-11-03", "XPTO11", "10", "110.00")
    own = book.own('[assets.XPTO11]\nkind = "fii"\n[targets]\nXPTO11 = "100"\n')
    assert own.owned.month_refused is None
    assert own.portfolio.tax_groups[BR_FII].gain_so_far == 100


def test_what_was_said_once_counts(book: SavedBook) -> None:
    """A category that is remembered need not be said again; what is said now goes before it."""
    book.holds("PETR4", "10", "300.00")
    book.holds("XPTO11", "10", "1000.00")
    TaxDesk(book.opened.database, read_told(["XPTO11=etf"])).remember(WALLET, NOW)
    assert book.own(HALVES).portfolio.assets[-1].tax_group == BR_ETF_BDR
    assert book.own(HALVES, read_told(["XPTO11=fii"])).portfolio.assets[-1].tax_group == BR_FII


def test_what_is_said_goes_before_the_kind_in_the_targets(book: SavedBook) -> None:
    """Left out of the month's tax by the option, it stays out whatever the targets call it."""
    book.holds("XPTO11", "20", "2000.00")
    book.sells("2026-11-03", "XPTO11", "10", "110.00")
    text = '[assets.XPTO11]\nkind = "fii"\n[targets]\nXPTO11 = "100"\n'
    assert book.own(text, read_told(["XPTO11=outside"])).portfolio.tax_groups[BR_FII].gain_so_far == 0
    assert book.own(text).portfolio.tax_groups[BR_FII].gain_so_far == 100


def test_a_title_needs_no_category_and_its_tax_is_named(book: SavedBook) -> None:
    """A title of the Treasury is no matter of the month: sold in a plan, it is named as untaxed there."""
    book.holds("TESOUROSELIC2029", "2", "20000.00")
    book.costs(TESOUROSELIC2029="11000.00", BOVA11="100.00")
    text = f'{ETF}[targets]\nTESOUROSELIC2029 = "50"\nBOVA11 = "50"\n'
    plan = book.plan(text, mode="full")
    assert orders(plan)["TESOUROSELIC2029"] == D(-1)
    assert untaxed_sales(plan.orders, book.own(text).portfolio) == ("TESOUROSELIC2029",)
    book.sells("2026-11-03", "TESOUROSELIC2029", "1", "11000.00")
    assert book.own('[targets]\nPETR4F = "100"\n').owned.month_refused is None


def test_a_fixed_income_etf_is_not_taxed_as_one_of_shares(book: SavedBook) -> None:
    """Its broker keeps the tax back: no group of the month, unless the text names one."""
    book.holds("IMAB11", "10", "1000.00")
    said = read_told(["IMAB11=fixed_income_etf"], ["IMAB11=1800"])
    text = '[assets.IMAB11]\nkind = "etf"\n{}[targets]\nIMAB11 = "100"\n'
    assert book.own(text.format(""), said).portfolio.assets[0].tax_group is None
    own = book.own(text.format('tax_group = "br_etf_bdr"\n'), said)
    assert own.portfolio.assets[0].tax_group == BR_ETF_BDR


def test_more_sold_than_there_was_is_no_wallet_to_plan(book: SavedBook) -> None:
    """The book lacks a purchase; the refusal names the asset."""
    book.holds("PETR4", "10", "300.00")
    book.sells("2026-11-03", "PETR4", "20", "40.00")
    with pytest.raises(Refused, match="PETR4") as refused:
        book.own(HALVES)
    assert refused.value.code == "quantity_not_held"


def test_which_wallet(book: SavedBook) -> None:
    """The only one, whatever accounts it has; a second must be named; an empty book says how to begin."""
    with pytest.raises(NotFound, match="fiel import"):
        book.desk().wallet(None)
    book.has_account("clear")
    assert book.desk().wallet(None) == WALLET
    assert book.desk().wallet(WALLET) == WALLET
    with pytest.raises(NotFound, match="bob"):
        book.desk().wallet("bob")
    book.opened.custody.deposit("bob", "1.00", key="bob")
    with pytest.raises(InvalidInput, match="--user"):
        book.desk().wallet(None)


def test_targets_are_kept_as_written(book: SavedBook) -> None:
    """Per wallet, the last text as it was; without any, the refusal names the command."""
    with pytest.raises(Refused, match="fiel targets edit"):
        book.desk().required(WALLET)
    for text in ("# one\n", "# two: ação\r\n"):
        book.desk().save(WALLET, text)
        assert book.desk().required(WALLET).body == text
    assert book.desk().required(WALLET).changed_at == NOW
    assert book.desk().saved("bob") is None
