import type { OracleShape } from "./event.ts";

/** The shape of nothing: what a masked attribute is taken to be. */
const BLANK: OracleShape = {
  project_id: "",
  zone: "",
  offering: "",
  template: "",
  size: null,
  virtual_size: null,
  resource_type: "",
  vm: "",
  details: {},
  tags: {},
};

/** The shape with only the attributes a usage type is shaped by; an empty list stands for all. */
export function masked(shape: OracleShape, shape_by: readonly (keyof OracleShape)[]): OracleShape {
  if (shape_by.length === 0) return shape;
  return Object.fromEntries(
    Object.keys(BLANK).map((name) => {
      const attribute = name as keyof OracleShape;
      return [attribute, shape_by.includes(attribute) ? shape[attribute] : BLANK[attribute]];
    }),
  ) as unknown as OracleShape;
}
