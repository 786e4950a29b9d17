import { expect, test } from 'vitest';
import { gateOf, GATES, PLAN_GATES } from '../../domain/gates/index.ts';
import { bindings } from '../support/plans.ts';

test('each gate has its own name, and is found by it', () => {
  expect(new Set(GATES.map(({ name }) => name)).size).toBe(GATES.length);
  for (const gate of GATES) expect(gateOf(gate.name)).toBe(gate);
});

test('a plan fits its own gate and no other', () => {
  for (const gate of PLAN_GATES)
    for (const [name, make] of Object.entries(bindings)) {
      const show = () => gate.show(make({}));
      if (name === gate.name) expect(show().brief).toBeTypeOf('object');
      else expect(show).toThrow(`gate ${gate.name}: binding`);
    }
});
