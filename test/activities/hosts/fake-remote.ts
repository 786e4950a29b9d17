import type { Remote, Script } from '../../../activities/hosts/remote/remote.ts';

export interface FakeRemote extends Remote {
  /** `run look-root`, `job switch-root`, in order. */
  readonly calls: string[];
}

/** A fleet in which every script returns or throws what `answer` returns or throws. */
export function fakeRemote(answer: (script: Script, host: string) => string): FakeRemote {
  const calls: string[] = [];
  return {
    calls,
    run: (host, script) => {
      calls.push(`run ${script.name}`);
      return new Promise((resolve) => resolve(answer(script, host)));
    },
    job: (host, _ref, script) => {
      calls.push(`job ${script.name}`);
      return new Promise((resolve) =>
        resolve({ unit: 'semester-1', exitStatus: 0, tail: answer(script, host), attached: false }),
      );
    },
    reachable: () => Promise.resolve(true),
    forget: () => undefined,
    close: () => Promise.resolve(),
  };
}
