"""Run by test_rasa_rest.py with the interpreter of .venv-rasa: what a scripted turn is asked, printed as JSON."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bot.rasa_rest import RestOnce


class Talk:
    """A handler that records what it is asked and answers from a script."""

    def __init__(self, file: str) -> None:
        self.file, self.asked, self.answers, self.gate = file, [], [], None
        self.handle = RestOnce(file).once(self.turn)

    async def turn(self, message: UserMessage) -> None:
        self.asked.append(message.text)
        if self.gate is not None:
            await self.gate.wait()
        if message.text != "broken":
            await message.output_channel.send_text_message(message.sender_id, f"<{message.text}>")

    def restart(self) -> None:
        self.handle = RestOnce(self.file).once(self.turn)

    async def say(self, text: str, message_id: str | None, sender: str = "web:an") -> list[str]:
        collector = CollectingOutputChannel()
        metadata = None if message_id is None else {"message_id": message_id}
        await self.handle(UserMessage(text, collector, sender, metadata=metadata))
        return [message["text"] for message in collector.messages]


async def main(file: str) -> dict[str, Any]:
    talk, said = Talk(file), {}
    said["first"] = await talk.say("a", "1")
    said["again"] = await talk.say("a", "1")
    talk.restart()
    said["after a restart"] = await talk.say("a", "1")
    said["of another"] = await talk.say("a", "1", "web:binh")
    said["without an id"] = [*await talk.say("x", None), *await talk.say("x", None)]
    said["broken"] = [*await talk.say("broken", "2"), *await talk.say("broken", "2")]
    talk.gate = asyncio.Event()
    asking = asyncio.create_task(talk.say("slow", "3"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    meanwhile = asyncio.create_task(talk.say("slow", "3"))
    await asyncio.sleep(0)
    talk.gate.set()
    said["meanwhile"] = await meanwhile
    said["afterwards"] = await talk.say("slow", "3")
    return {"said": said, "asked": talk.asked}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(str(Path(sys.argv[1]) / "turns.sqlite")))))
