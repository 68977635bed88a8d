import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { LiveSnapshotJson } from "../src/gen/switchboard/v1/events_pb";
import type { StreamEventJson } from "../src/gen/switchboard/v1/frames_pb";
import type { Live } from "../src/live/reduce";
import { NOTHING, reduce } from "../src/live/reduce";

/** What every reducer has to pass, written by the domain's own folding. */
interface Story {
  name: string;
  snapshot: LiveSnapshotJson;
  steps: { event: StreamEventJson; after: LiveSnapshotJson }[];
}

const stories = JSON.parse(
  readFileSync(fileURLToPath(new URL("../../../../proto/vectors/reducer.json", import.meta.url)), "utf8"),
) as Story[];

const of = (snapshot: LiveSnapshotJson) => reduce(NOTHING, { snapshot })[0];

/** What a snapshot holds. */
const shown = ({ position, calls, agents }: Live) => ({
  position,
  calls: Object.fromEntries(calls),
  agents: Object.fromEntries(agents),
});

describe("the vectors", () => {
  it.each(stories.map((story) => [story.name, story] as const))("of %s are what this reducer says", (_, { snapshot, steps }) => {
    let live = of(snapshot);
    for (const { event, after } of steps) {
      const [next, outcome] = reduce(live, { event });
      expect(outcome).toBe("changed");
      expect(shown(next), JSON.stringify(event)).toEqual(shown(of(after)));
      live = next;
    }
  });
});
