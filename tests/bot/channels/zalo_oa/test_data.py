"""The data files of Zalo: every event of one kind only, every error with an act that the code knows."""

from typing import get_args

import yaml

from bot.channels.zalo_oa.errors import Act, rules
from bot.channels.zalo_oa.events import read
from bot.settings import ROOT
from bot.wording import sentences
from tests.bot.channels.zalo_oa.server import APP

KINDS = {"typed", "unreadable", "came", "left", "withdrew", "echo", "receipt", "anonymous", "erasing_words"}
CODES = {-32, -100, -124, -200, -201, -204, -205, -209, -210, -211, -212, -213, -216, -217, -218, -219, -220, -221,
         -223, -224, -227, -230, -232, -233, -234, -240, -242, -244, -248}  # fmt: skip


def test_every_event_is_of_one_kind_and_what_cannot_be_read_has_its_sentence() -> None:
    data = yaml.safe_load((ROOT / "bot" / "channels" / "zalo_oa" / "events.yml").read_text(encoding="utf-8"))
    assert set(data) == KINDS
    assert set(data["unreadable"]) <= set(sentences())
    lists = [*data.pop("unreadable").values(), *(data[kind] for kind in set(data) - {"erasing_words"})]
    names = [name for each in lists for name in each]
    assert len(names) == len(set(names)) > 25


def test_every_error_of_the_platform_has_its_line() -> None:
    assert set(rules()) == {*map(str, CODES), "unknown"}
    assert {rule.act for rule in rules().values()} == set(get_args(Act))


def test_who_takes_back_their_consent_says_what_erases_and_what_confirms() -> None:
    event = {"app_id": APP, "event_name": "user_withdraw", "user_id": "9", "timestamp": "1763690400000"}
    incoming = read(event)
    assert [received.text for received in incoming.received] == ["xóa dữ liệu của tôi", "có"]
    assert len({received.message_id for received in incoming.received}) == 2
    assert incoming.gone == "9"
