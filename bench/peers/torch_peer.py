"""PyTorch, over the line protocol of driver.h. Best layout: channels_last."""

import sys
import time
import numpy
import torch

CONVOLVE = {1: torch.nn.functional.conv1d, 2: torch.nn.functional.conv2d, 3: torch.nn.functional.conv3d}
LAST = {2: torch.channels_last, 3: torch.channels_last_3d}


def numbers(text):
    return [int(part) for part in text.split(",")]


def prepare(fields):
    sizes = {name: numbers(fields[name]) for name in ("in", "out", "kernel", "stride", "dilation", "pad")}
    batch, into, out, groups = (int(fields[name]) for name in ("batch", "inChannels", "outChannels", "groups"))
    rank = len(sizes["in"])
    begins, ends = sizes["pad"][:rank], sizes["pad"][rank:]
    if fields["layout"] == "best" and rank == 1:
        # There is no channels_last of one axis: the same as an image of height 1.
        sizes = {name: [1, *values] for name, values in sizes.items() if name != "pad"}
        begins, ends, rank = [0, *begins], [0, *ends], 2
    torch.set_num_threads(int(fields["threads"]))
    shapes = [[batch, into, *sizes["in"]], [out, into // groups, *sizes["kernel"]], [out]]
    arrays = numpy.fromfile(fields["arrays"], dtype=numpy.float32)
    parts = []
    for shape in shapes:
        count = int(numpy.prod(shape))
        parts.append(torch.from_numpy(arrays[:count].reshape(shape).copy()))
        arrays = arrays[count:]
    x, weight, bias = parts
    if fields["layout"] == "best":
        x = x.contiguous(memory_format=LAST[rank])
        weight = weight.contiguous(memory_format=LAST[rank])
    conv = CONVOLVE[rank]
    options = {"stride": sizes["stride"], "dilation": sizes["dilation"], "groups": groups}
    if begins == ends:
        def run():
            return conv(x, weight, bias, padding=begins, **options)
    else:
        around = [side for pair in reversed(list(zip(begins, ends))) for side in pair]
        def run():
            return conv(torch.nn.functional.pad(x, around), weight, bias, **options)
    begin = time.perf_counter()
    output = run()
    ms = (time.perf_counter() - begin) * 1e3
    output.contiguous().numpy().tofile(fields["output"])
    return run, f"{ms:.9g} {'channels_last' if fields['layout'] == 'best' else 'contiguous'}"


def main():
    torch.set_grad_enabled(False)
    print("ready", torch.__version__, flush=True)
    run = None
    for line in sys.stdin:
        command, *words = line.rstrip("\n").split("\t")
        try:
            if command == "prepare":
                run, how = prepare(dict(word.split("=", 1) for word in words))
                answer = f"ok {how}"
            elif command == "run":
                calls = int(words[0])
                begin = time.perf_counter()
                for _ in range(calls):
                    run()
                answer = f"{(time.perf_counter() - begin) * 1e3 / calls:.9g}"
            elif command == "release":
                run = None
                answer = "ok"
            else:
                answer = f"no such command: {command}"
        except Exception as error:  # a layer that PyTorch refuses is no reason to end
            answer = f"no {error}".replace("\n", " ")
        print(answer, flush=True)


main()
