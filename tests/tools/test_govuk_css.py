"""What is taken out of govuk-frontend's style sheet, and what never comes along."""

from __future__ import annotations

from tools.govuk_css import STYLES, taken

SHEET = (
    ":root{--govuk-text-colour:#000}@font-face{src:url(/assets/light.woff2)}.govuk-table,.govuk-tabs{color:red}@media print{.govuk-tabs{color:blue}"
    ".govuk-table__cell{color:green}}.govuk-header__logotype-crown{fill:red}.govuk-tag:is(.a,.b){x:y}.govuk-\\!-display-none-print{display:none}p{margin:0}"
)


def test_rules_of_the_chosen_components_are_taken_and_nothing_else() -> None:
    assert taken(SHEET) == (
        ":root{--govuk-text-colour:#000}.govuk-table{color:red}@media print{.govuk-table__cell{color:green}}.govuk-tag:is(.a,.b){x:y}"
        ".govuk-\\!-display-none-print{display:none}"
    )


def test_the_sheet_that_is_carried_names_no_font_crown_or_address() -> None:
    carried = STYLES.read_text("utf-8")
    assert carried.count("{") == carried.count("}")
    for never in ("GDS", "url(", "@font-face", "crown", "logo--", "@import"):
        assert never not in carried, never
    assert "MIT licence" in carried.splitlines()[0]
