import type { Model } from "../../plan/model.ts";

/** Computes once for each model what several rules ask for. */
export function perModel<T>(compute: (model: Model) => T): (model: Model) => T {
  const known = new WeakMap<Model, { readonly value: T }>();
  return (model) => {
    let entry = known.get(model);
    if (!entry) known.set(model, (entry = { value: compute(model) }));
    return entry.value;
  };
}
