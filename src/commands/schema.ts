import { topologySchema } from "../language/schema.ts";
import { type Command, exit, json } from "./command.ts";

export const command: Command = {
  positionals: "",
  maximumPositionals: 0,
  description: "Prints the JSON Schema of topology files, for editors and other tools.",
  options: {},
  run: async (_paths, _values, console) => {
    console.print(json(topologySchema()));
    return exit.ok;
  },
};
