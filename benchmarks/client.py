"""The server client against a server that answers at once: requests a second, CPU a request, memory as runs grow.

    python benchmarks/client.py [--requests 20000] [--memory 10000 200000]

The server is a process of its own that writes one canned reply, so what is measured is the client. CPU seconds are the
client's own (user and system, all threads): their inverse is what one core can do, however busy the machine is.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator

MODEL = "instant"
REPLY = json.dumps(
    {
        "model": MODEL,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "word " * 60}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 40, "completion_tokens": 60},
    }
).encode()
MODELS = json.dumps({"data": [{"id": MODEL}]}).encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--memory", type=int, nargs="*", default=[10_000, 200_000])
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve())
    elif arguments.measure:
        measure(arguments.url, arguments.measure)
    else:
        compare(arguments.requests, arguments.memory)


def compare(requests: int, sizes: list[int]) -> None:
    """Measure in fresh processes against one server, and print rates and the growth of memory."""
    server = subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        found = measured(url, requests)
        print(
            f"{requests:,} requests: {found['rate']:,.0f} a second, {1e6 * found['cpu']:.0f} us of CPU each "
            f"({1 / found['cpu']:,.0f} a second on one core; aim 2,000)"
        )
        peaks = [(size, measured(url, size)["peak"]) for size in sizes]
        for size, peak in peaks:
            print(f"{size:,} requests: peak memory {peak:.1f} MiB")
        if len(peaks) > 1:
            print(
                f"ratio of peak memory, {peaks[-1][0]:,} to {peaks[0][0]:,} requests: {peaks[-1][1] / peaks[0][1]:.3f}"
            )
    finally:
        server.kill()
        server.wait()


def measured(url: str, requests: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--url", url, "--measure", str(requests)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def measure(url: str, count: int) -> None:
    """Send `count` requests through the engine and print rate, CPU seconds a request and peak memory (MiB)."""
    import resource

    from ifeval.engines.base import Workload
    from ifeval.engines.server.engine import ServerEngine
    from ifeval.models.prompts import Chat
    from ifeval.models.resolve import resolve
    from ifeval.records import Request
    from ifeval.tool_calls import by_name

    engine = ServerEngine(resolve(MODEL, base_urls=[url]), Chat(None, by_name("hermes")))
    engine.load(Workload(count, count * 60, 200, 60))
    began, cpu = time.perf_counter(), time.process_time()
    answered = sum(1 for response in engine.generate(requests(count, Request)) if response.raw)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    engine.close()
    if answered != count:
        sys.exit(f"{answered} of {count} requests were answered")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rate": count / seconds, "cpu": cpu / count, "peak": peak}))


def requests(count: int, kind: type) -> Iterator[object]:
    from ifeval.records import Sample, Sampling

    for number in range(count):
        prompt = f"Write about topic {number} in fewer than sixty words, without any comma. " * 3
        yield kind(
            f"{number:064x}", "t", Sample(str(number), [{"role": "user", "content": prompt}]), Sampling(max_tokens=60)
        )


class Instant(asyncio.Protocol):
    """Answers every request on a connection as soon as it is whole."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.received = transport, b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            head = self.received[:end].lower()
            _, _, length = head.partition(b"content-length: ")
            whole = end + 4 + int(length.split(b"\r\n")[0] or 0)
            if len(self.received) < whole:
                return
            self.received = self.received[whole:]
            body = MODELS if head.startswith(b"get") else REPLY
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            )


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Instant, "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    main()
