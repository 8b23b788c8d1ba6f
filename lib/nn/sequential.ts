import { show, typeError } from "../errors.js";
import type { TensorLike } from "../operand.js";
import type { Tensor } from "../tensor.js";
import { Identity } from "./activations.js";
import { type Captured, type ForwardAsyncOptions, type ForwardOptions, Module } from "./module.js";
import { signalOf } from "./separable.js";

/**
 * Modules one after the other, as `torch.nn.Sequential`; the children are called `0`, `1` and so on.
 *
 * @example
 * ```ts
 * const net = new nn.Sequential(
 *   new nn.DepthwiseConv2d(3, 12, 3),
 *   new nn.ReLU6(),
 *   new nn.Conv2d(12, 16, 1),
 * );
 * net.forward(x);
 * ```
 *
 * @throws `ERR_DEPTHWISE_TYPE` for anything but modules.
 */
export class Sequential extends Module implements Iterable<Module> {
  readonly #modules: Module[] = [];

  constructor(...modules: Module[]) {
    super();
    for (const module of modules) this.append(module);
  }

  /** Number of modules. */
  get length(): number {
    return this.#modules.length;
  }

  /** One module; negative indices count from the end. */
  at(index: number): Module | undefined {
    return this.#modules.at(index);
  }

  /** Adds a module at the end. */
  append(module: Module): this {
    if (!(module instanceof Module)) throw typeError("Sequential", `expected a module, but got ${show(module)}`);
    this.#modules.push(module);
    return this;
  }

  [Symbol.iterator](): IterableIterator<Module> {
    return this.#modules.values();
  }

  override *namedChildren(): IterableIterator<[name: string, module: Module]> {
    const seen = new Set<Module>();
    for (const [index, module] of this.#modules.entries()) {
      if (!seen.has(module)) yield [String(index), module];
      seen.add(module);
    }
  }

  /** Each module's output is the next one's input; `out` is the last one's. Without modules: the input. */
  override forward(input: TensorLike, options?: ForwardOptions): Tensor {
    const last = this.#modules.at(-1) ?? new Identity();
    let x = input;
    for (const module of this.#modules.slice(0, -1)) x = module.forward(x);
    return last.forward(x, options);
  }

  /** As `forward`, off the event loop; weights that are changed meanwhile do not matter. */
  override async forwardAsync(input: TensorLike, options?: ForwardAsyncOptions): Promise<Tensor> {
    return this.capture()(input, options);
  }

  /** @internal */
  override capture(): Captured {
    const steps = this.#modules.map((module) => module.capture());
    const last = steps.pop() ?? new Identity().capture();
    return async (input, options) => {
      let x = input;
      for (const step of steps) x = await step(x, signalOf(options));
      return last(x, options);
    };
  }
}
