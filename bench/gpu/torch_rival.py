"""The transformer of test/eegpt-shaped-model.ts in PyTorch, on the same weights, eager and through torch.compile.

    torch_rival.py --weights FOLDER --out FILE --batches 1 2 ... --precisions fp16 ... --seconds S --budget S [--cpu]

FOLDER holds weights.json ([{name, dims}] in the graph's order), weights.bin, input.bin (two items) and expected.bin
(what ONNX Runtime makes of them on the CPU), raw float32. The report is written after every row; rows for which the
budget is too short are left out and named.
"""
import argparse
import json
import pathlib
import statistics
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

CHANNELS, PATCH, PATCHES, SUMMARIES, HEADS = 20, 64, 16, 4, 8
TOKENS = CHANNELS + SUMMARIES
DTYPES = {"fp32": torch.float32, "tf32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


class Weights:
    """Hands the weights out in the order in which the graph has them."""

    def __init__(self, folder):
        self.index = json.loads((folder / "weights.json").read_text())
        self.values = torch.from_numpy(numpy.fromfile(folder / "weights.bin", dtype=numpy.float32))

    def take(self, kind):
        entry = self.index.pop(0)
        assert entry["name"].startswith(kind), (entry, kind)
        size = int(numpy.prod(entry["dims"]))
        value, self.values = self.values[:size].reshape(entry["dims"]), self.values[size:]
        return nn.Parameter(value.clone(), requires_grad=False)

    def linear(self):
        return Linear(self.take("linear"), self.take("linear"))

    def norm(self):
        weight, bias = self.take("norm"), self.take("norm")
        norm = nn.LayerNorm(weight.numel(), eps=1e-6)
        norm.weight, norm.bias = weight, bias
        return norm


class Linear(nn.Module):
    def __init__(self, weight, bias):
        super().__init__()
        self.weight, self.bias = nn.Parameter(weight.t().contiguous(), requires_grad=False), bias

    def forward(self, x):
        return functional.linear(x, self.weight, self.bias)


class Block(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.norm1, self.qkv, self.join = weights.norm(), weights.linear(), weights.linear()
        self.norm2, self.up, self.down = weights.norm(), weights.linear(), weights.linear()

    def forward(self, x):
        sequences, _, width = x.shape
        qkv = self.qkv(self.norm1(x)).view(sequences, TOKENS, 3, HEADS, width // HEADS)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value)
        x = x + self.join(mixed.transpose(1, 2).reshape(sequences, TOKENS, width))
        return x + self.down(functional.gelu(self.up(self.norm2(x))))


class Transformer(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.embed, self.token = weights.take("embed"), weights.take("token")
        # A block has eight initialisers beside its four norms'; the last norm has two.
        self.blocks = nn.ModuleList([Block(weights) for _ in range((len(weights.index) - 2) // 12)])
        self.norm = weights.norm()
        assert not weights.index

    def forward(self, x):
        batch, width = x.shape[0], self.embed.shape[1]
        patches = x.view(batch, CHANNELS, PATCHES, PATCH).transpose(1, 2).reshape(batch * PATCHES, CHANNELS, PATCH)
        x = functional.pad(patches @ self.embed, (0, 0, 0, SUMMARIES)) + self.token
        for block in self.blocks:
            x = block(x)
        return self.norm(x[:, CHANNELS:]).view(batch, PATCHES, SUMMARIES, width)


def wait(device):
    if device == "cuda":
        torch.cuda.synchronize()


def per_second(call, seconds, device):
    """Calls a second over `seconds`, the device never more than a few calls behind."""
    calls, start = 0, time.perf_counter()
    while True:
        for _ in range(16):
            call()
        calls += 16
        wait(device)
        elapsed = time.perf_counter() - start
        if elapsed >= seconds:
            return calls / elapsed


def alone_ms(call, device):
    """Median of 50 calls, one at a time."""
    times = []
    for _ in range(50 if device == "cuda" else 3):
        start = time.perf_counter()
        call()
        wait(device)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def ceilings(precisions, device):
    """What plain products of 8192 x 8192 matrices and a copy reach here: TFLOP/s, and TB/s read and written."""
    size, found = 8192 if device == "cuda" else 256, {}
    for precision in precisions:
        use(precision)
        a, b = (torch.randn(size, size, device=device).to(DTYPES[precision]) for _ in range(2))
        torch.mm(a, b)
        found[precision] = per_second(lambda: torch.mm(a, b), 0.3, device) * 2 * size**3 / 1e12
    count = 1 << (29 if device == "cuda" else 16)
    source = torch.randn(count, device=device)
    target = torch.empty_like(source)
    found["copy_tb_per_s"] = per_second(lambda: target.copy_(source), 0.3, device) * count * 8 / 1e12
    return found


def use(precision):
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    torch.backends.cudnn.allow_tf32 = precision == "tf32"


def deviation(model, folder, batch, dtype, device):
    """Largest difference from ONNX Runtime on the CPU, in shares of its largest value, over the first items."""
    pair = torch.from_numpy(numpy.fromfile(folder / "input.bin", dtype=numpy.float32)).view(2, CHANNELS, -1)
    x = pair[torch.arange(batch) % 2]
    found = model(x.to(device, dtype)).float().cpu().numpy()[:2].ravel()
    expected = numpy.fromfile(folder / "expected.bin", dtype=numpy.float32)[: found.size]
    return float(abs(found - expected).max() / abs(expected).max())


def measure(model, batch, dtype, seconds, device):
    x = torch.rand(batch, CHANNELS, PATCHES * PATCH) * 2 - 1
    resident = x.to(device, dtype)
    source = x.pin_memory() if device == "cuda" else x
    result = model(resident).float()
    target = torch.empty(result.shape, pin_memory=device == "cuda")

    def with_copies():
        target.copy_(model(source.to(device, non_blocking=True).to(dtype)).float(), non_blocking=True)

    for _ in range(3):
        with_copies()
    wait(device)
    return {
        "alone_ms": alone_ms(lambda: model(resident), device),
        "items_per_s": per_second(lambda: model(resident), seconds, device) * batch,
        "items_per_s_with_copies": per_second(with_copies, seconds, device) * batch,
    }


def plan(options):
    """Rows in the order of their worth: all of eager, which takes little time, then what compiling allows."""
    worth = sorted(options.batches, key=lambda batch: (batch != 32, batch != 1, batch != 8, -batch))
    for how in ("eager", "compiled"):
        for batch in worth:
            for precision in options.precisions:
                yield how, precision, batch


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--weights", type=pathlib.Path, required=True)
    options.add_argument("--out", type=pathlib.Path, required=True)
    options.add_argument("--batches", type=int, nargs="+", required=True)
    options.add_argument("--precisions", nargs="+", choices=DTYPES, required=True)
    options.add_argument("--seconds", type=float, default=1)
    options.add_argument("--budget", type=float, default=400)
    options.add_argument("--cpu", action="store_true")
    options = options.parse_args()
    device, end = ("cpu" if options.cpu else "cuda"), time.perf_counter() + options.budget

    report = {"torch": torch.__version__, "cuda": torch.version.cuda, "runs": [], "left_out": []}
    report["device"] = "cpu" if options.cpu else torch.cuda.get_device_name()
    with torch.inference_mode():
        report["ceilings"] = ceilings(options.precisions, device)
        for how, precision, batch in plan(options):
            row = {"precision": precision, "how": how, "batch": batch}
            try:
                if time.perf_counter() > end:
                    raise TimeoutError("no time left")
                use(precision)
                dtype = DTYPES[precision]
                model = Transformer(Weights(options.weights)).to(device, dtype).eval()
                if how == "compiled":
                    torch._dynamo.reset()
                    model = torch.compile(model, mode="reduce-overhead", dynamic=False)
                began = time.perf_counter()
                row["deviation"] = deviation(model, options.weights, batch, dtype, device)
                row.update(measure(model, batch, dtype, options.seconds, device))
                row["whole_s"] = time.perf_counter() - began
                report["runs"].append(row)
                print(f"{how:9} {precision} batch {batch:3}: {row['items_per_s']:10.1f} items/s, "
                      f"{row['items_per_s_with_copies']:10.1f} with copies, alone {row['alone_ms']:.3f} ms, "
                      f"deviation {row['deviation']:.1e}", flush=True)
            except Exception as error:  # one row is no reason to lose the others
                report["left_out"].append({**row, "why": f"{type(error).__name__}: {str(error)[:300]}"})
            options.out.write_text(json.dumps(report, indent=1))
    print(f"ceilings: {json.dumps(report['ceilings'])}")
    for row in report["left_out"]:
        print(f"left out: {row}")


if __name__ == "__main__":
    main()
