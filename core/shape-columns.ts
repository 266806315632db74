import Type from "typebox";

const Text = Type.String();

/** What a record's shape stands for, as queries return it: empty text = not known, details and tags as JSON objects. */
export const shapeColumns = {
  project_id: Text,
  zone: Text,
  offering: Text,
  template: Text,
  resource_type: Text,
  vm: Text,
  size: Text,
  virtual_size: Text,
  details: Text,
  tags: Text,
};
