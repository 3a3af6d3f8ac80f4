"""An assistant reached by Telegram: the pretended server, the real client."""

from collections.abc import Sequence

from bot.channels.rendering import FindPaper, no_paper
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.intake import Polling
from bot.channels.telegram.service import open_bot
from bot.memory.opening import Memory
from tests.bot.channels.messenger_office import MessengerOffice
from tests.bot.channels.telegram.server import TOKEN, Sent, TelegramServer
from tests.bot.fake_rasa import FakeRasa


class Office(MessengerOffice[Sent]):
    """One channel over one server; `turn()` takes in what was written and works it off."""

    def __init__(
        self,
        server: TelegramServer,
        rasa: FakeRasa,
        memory: Memory | None = None,
        address: str = "",
        find: FindPaper = no_paper,
    ) -> None:
        super().__init__(rasa, memory)
        self.server = server
        self.telegram = self.run(self._open(address, find))

    async def _open(self, address: str, find: FindPaper) -> Telegram:
        bot = open_bot(TOKEN, self.server.address)
        telegram = Telegram(bot, self.rasa.dialogue(), self.memory, self.clock, address, find)
        self.polling = Polling(telegram, poll_seconds=0)
        self.employ(telegram)
        return telegram

    def fetch(self) -> int:
        return self.run(self.polling.fetch())

    def received(self) -> Sequence[Sent]:
        return self.server.sent

    def close(self) -> None:
        self.run(self.telegram.bot.shutdown())
        super().close()
