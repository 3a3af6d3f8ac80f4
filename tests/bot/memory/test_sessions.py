import threading

from bot.memory.sessions import OneWriter


def test_who_is_in_a_hurry_writes_before_those_who_wait() -> None:
    writer = OneWriter()
    order: list[str] = []
    waiting = threading.Semaphore(0)

    def write(name: str, first: bool) -> None:
        waiting.release()
        with writer.turn(first):
            order.append(name)

    with writer.turn(False):
        threads = [threading.Thread(target=write, args=(name, name == "taken")) for name in ("a", "b", "taken")]
        for thread in threads:
            thread.start()
            waiting.acquire()
        while len(writer._changed._waiters) < len(threads):  # type: ignore[attr-defined]
            pass
    for thread in threads:
        thread.join(10)
    assert order[0] == "taken"
    assert sorted(order) == ["a", "b", "taken"]


def test_one_writes_at_a_time_and_a_failure_gives_the_turn_back() -> None:
    writer = OneWriter()
    inside = most = 0

    def write() -> None:
        nonlocal inside, most
        try:
            with writer.turn(False):
                inside += 1
                most = max(most, inside)
                inside -= 1
                raise ValueError
        except ValueError:
            pass

    threads = [threading.Thread(target=write) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert most == 1
    with writer.turn(True):
        pass
