/**
 * Initialisers with PyTorch's names and rules. Each fills a tensor in place, says so to the modules that use it
 * (`touch`), and returns it.
 *
 * @packageDocumentation
 */
export { constant, type DiracOptions, dirac, eye, normal, ones, truncNormal, uniform, zeros } from "./init/fill.js";
export {
  calculateGain,
  type FanMode,
  fans,
  type KaimingOptions,
  kaimingNormal,
  kaimingUniform,
  type Nonlinearity,
  type XavierOptions,
  xavierNormal,
  xavierUniform,
} from "./init/scaled.js";
