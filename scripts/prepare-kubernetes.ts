// Builds a Kubernetes API server into the cache once, so that the tests which need one run instead of being skipped.
import { buildKubernetes, hasKubernetes } from "../src/sandbox/native/kubernetes.ts";

if (!hasKubernetes()) await buildKubernetes((line) => process.stderr.write(`${line}\n`));
