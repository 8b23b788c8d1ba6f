// What all modules have in common: parameters, children, state. No arithmetic.
import type { DType } from "../backend/types.js";
import { typeError } from "../errors.js";
import type { TensorLike } from "../operand.js";
import { Tensor } from "../tensor.js";
import { allocate } from "../typed-array.js";
import { Parameter } from "./parameter.js";
import { type LoadResult, type LoadStateDictOptions, loadStateDict, type StateDict } from "./state-dict.js";

/** Options of `forward`. */
export interface ForwardOptions {
  /** A tensor of the output's shape to write into; it may not overlap the input. */
  readonly out?: TensorLike | null | undefined;
}

/** Options of `forwardAsync`. */
export interface ForwardAsyncOptions extends ForwardOptions {
  /** Stops the call before it starts or between work items; the promise rejects with `signal.reason`. */
  readonly signal?: AbortSignal | null | undefined;
}

/** A `forwardAsync` whose weights are those of the moment when it was made. */
export type Captured = (input: TensorLike, options?: ForwardAsyncOptions) => Promise<Tensor>;

/**
 * The base of all modules. A subclass keeps its parameters and its child modules in properties, and says in `forward` what
 * it computes; everything else follows from the properties, in the order in which they were set.
 *
 * @example
 * ```ts
 * class Block extends nn.Module {
 *   readonly spatial = new nn.DepthwiseConv2d(32, 32, 3, { activation: "relu6" });
 *   readonly mix = new nn.Conv2d(32, 64, 1);
 *
 *   forward(x: Tensor, options?: nn.ForwardOptions) {
 *     return this.mix.forward(this.spatial.forward(x), options);
 *   }
 * }
 * ```
 */
export abstract class Module {
  /** What `train()` and `eval()` set. No module here behaves differently by it; it is for your own. */
  training = true;

  /** The output for an input. */
  abstract forward(input: TensorLike, options?: ForwardOptions): Tensor;

  /**
   * As `forward`, off the event loop. What is read is copied at the call; weights changed later do not matter.
   *
   * @throws `ERR_DEPTHWISE_TYPE`, as a rejection, for a module that has only a `forward`.
   */
  async forwardAsync(_input: TensorLike, _options?: ForwardAsyncOptions): Promise<Tensor> {
    const name = this.constructor.name;
    throw typeError(name, `forwardAsync is not implemented; give ${name} one that calls its children's`);
  }

  /** @internal Takes the weights as they are now. A module of the user's has no such moment but its own call. */
  capture(): Captured {
    return (input, options) => this.forwardAsync(input, options);
  }

  /** @internal Own parameters by name; `null` for one that the module is built without. */
  *ownParameters(): IterableIterator<[name: string, parameter: Parameter]> {
    for (const [name, value] of Object.entries(this)) if (value instanceof Parameter) yield [name, value];
  }

  /** Own child modules by name; the same module under two names is listed once. */
  *namedChildren(): IterableIterator<[name: string, module: Module]> {
    const seen = new Set<Module>();
    for (const [name, value] of Object.entries(this)) {
      if (!(value instanceof Module) || seen.has(value)) continue;
      seen.add(value);
      yield [name, value];
    }
  }

  /** Own child modules. */
  *children(): IterableIterator<Module> {
    for (const [, child] of this.namedChildren()) yield child;
  }

  /** This module and all below it, parents first, with dotted names; this one's is empty. */
  *namedModules(): IterableIterator<[name: string, module: Module]> {
    const seen = new Set<Module>();
    const visit = function* (module: Module, prefix: string): IterableIterator<[string, Module]> {
      if (seen.has(module)) return;
      seen.add(module);
      yield [prefix, module];
      for (const [name, child] of module.namedChildren()) yield* visit(child, join(prefix, name));
    };
    yield* visit(this, "");
  }

  /** This module and all below it, parents first. */
  *modules(): IterableIterator<Module> {
    for (const [, module] of this.namedModules()) yield module;
  }

  /** All parameters with dotted names; one that is shared is listed once, under its first name. */
  *namedParameters(): IterableIterator<[name: string, parameter: Parameter]> {
    const seen = new Set<Parameter>();
    for (const [prefix, module] of this.namedModules()) {
      for (const [name, parameter] of module.ownParameters()) {
        if (seen.has(parameter)) continue;
        seen.add(parameter);
        yield [join(prefix, name), parameter];
      }
    }
  }

  /** All parameters. */
  *parameters(): IterableIterator<Parameter> {
    for (const [, parameter] of this.namedParameters()) yield parameter;
  }

  /** Number of elements of all parameters. */
  parameterCount(): number {
    let count = 0;
    for (const parameter of this.parameters()) count += parameter.numel;
    return count;
  }

  /** Calls `visit` with each module, children before their parents, as PyTorch does. */
  apply(visit: (module: Module) => void): this {
    for (const child of this.children()) child.apply(visit);
    visit(this);
    return this;
  }

  /** The parameters by dotted name, in PyTorch's order: the module's own tensors, not copies. */
  stateDict(): StateDict {
    const dict: StateDict = {};
    collect(this, "", dict);
    return dict;
  }

  /**
   * Copies values into the parameters, converting the element type where it differs; they take effect at the next call.
   *
   * Options: `strict` (default true) refuses missing and unexpected keys; a wrong shape is always refused. Nothing is
   * written unless all of it can be.
   *
   * @returns the missing and the unexpected keys.
   *
   * @throws `ERR_DEPTHWISE_VALUE` naming the keys, `ERR_DEPTHWISE_SHAPE` naming both shapes.
   */
  loadStateDict(dict: Readonly<Record<string, TensorLike>>, options?: LoadStateDictOptions): LoadResult {
    return loadStateDict(this.constructor.name, this.stateDict(), dict, options);
  }

  /** Sets `training` here and below. */
  train(mode = true): this {
    if (typeof mode !== "boolean") throw typeError("train", "mode must be true or false");
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  /** `train(false)`. */
  eval(): this {
    return this.train(false);
  }

  /** Makes all parameters float64: new tensors, with the same values. */
  double(): this {
    return this.#convert("float64");
  }

  /** Makes all parameters float32, rounding. */
  float(): this {
    return this.#convert("float32");
  }

  #convert(dtype: DType): this {
    // A shared parameter stays shared.
    const converted = new Map<Parameter, Parameter>();
    for (const module of this.modules()) {
      for (const [name, parameter] of [...module.ownParameters()]) {
        if (parameter.dtype === dtype) continue;
        let other = converted.get(parameter);
        if (other === undefined) {
          const data = allocate(dtype === "float64" ? "double" : "float", dtype, parameter.shape);
          data.set(parameter.data);
          other = new Parameter(new Tensor(data, parameter.shape));
          converted.set(parameter, other);
        }
        Reflect.set(module, name, other);
      }
    }
    return this;
  }

  /** What stands between the parentheses when the module is printed; for subclasses. */
  extraRepr(): string {
    return "";
  }

  /** As PyTorch prints it. */
  toString(): string {
    const extra = this.extraRepr();
    const children = [...this.namedChildren()].map(([name, child]) => `(${name}): ${indent(child.toString())}`);
    const lines = extra === "" ? children : [extra, ...children];
    const name = this.constructor.name;
    return children.length === 0 ? `${name}(${extra})` : `${name}(\n${lines.map((line) => `  ${line}\n`).join("")})`;
  }

  /** What `console.log` and `util.inspect` show. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

function indent(text: string): string {
  return text.replaceAll("\n", "\n  ");
}

function collect(module: Module, prefix: string, dict: StateDict): void {
  for (const [name, parameter] of module.ownParameters()) dict[join(prefix, name)] = parameter;
  for (const [name, child] of module.namedChildren()) collect(child, join(prefix, name), dict);
}
