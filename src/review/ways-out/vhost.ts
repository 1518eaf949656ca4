import { nameOf, deletion, type WayOut } from "./words.ts";

/** A vhost takes all it holds along, so everything has to be elsewhere first. */
export const vhostWayOut: WayOut = ({ before, effect, renamed }, sides) => {
  if (!before || effect === "in-place") return undefined;
  const old = nameOf(before);
  const successor = sides.after.get(renamed ?? "");
  const name = successor ? nameOf(successor) : undefined;
  const moved =
    name === undefined
      ? [{ text: `Stop whoever publishes on vhost "${old}".` }]
      : [
          {
            text: `Declare vhost "${name}" and all that is on "${old}" once more, in files of its own, and leave "${old}" as it is.`,
          },
          { text: `Let consumers connect to "${name}" as well.` },
          { text: `Let publishers connect to "${name}" instead of "${old}".` },
        ];
  return [
    ...moved,
    {
      text: `Wait until every queue on "${old}" is empty: rabbitmqctl list_queues --vhost ${old} name messages consumers`,
    },
    deletion(`vhost "${old}"`, [before.key], sides),
  ];
};
