/**
 * Fixed, so that every run tries the same; QUEUEFORM_TEST_SEED gives others. fast-check prints it with a counterexample.
 */
export const seed = Number(process.env["QUEUEFORM_TEST_SEED"] ?? 20_260_101);
