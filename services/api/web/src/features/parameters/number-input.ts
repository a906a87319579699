/** A field of figures, in a file of its own so that it is loaded where there is one. */

export { NumberInput as default } from "@mantine/core";
