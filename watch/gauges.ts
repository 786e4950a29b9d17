import { heldLimitMs, judge } from './judge.ts';
import type { Look } from './look.ts';

/** The gauges that Prometheus reads, with their descriptions. Times are Unix seconds; 0: none. */
export const GAUGES = {
  semester_look_time_seconds: 'When the checks last ran',
  semester_worker_polling: 'Whether a worker polls Temporal: 1 or 0',
  semester_gate_waiting_since_seconds: 'Since when a gate waits for approvers; 0: no longer',
  semester_step_parked_since_seconds: 'Since when a step is parked; 0: no longer',
  semester_host_locked_since_seconds: 'Since when a host is held; 0: free',
  semester_host_lock_limit_seconds: 'How long the present holder may hold a host',
  semester_workflow_task_failing_since_seconds: 'Since when the workflow task of a run fails; 0: no longer',
  semester_mails_last_day: 'Mails whose state was written within a day, by state and by who gets them',
  semester_mail_server_accepts: 'Whether the mail server takes the login: 1 or 0',
  semester_store_answers: 'Whether the store answers: 1 or 0',
  semester_backup_time_seconds: 'Time of the newest backup; 0: there is none',
  semester_certificate_end_seconds: 'When a certificate ends; 0: it cannot be read',
  semester_findings: 'What the checks find wrong, by check',
} as const;
export type GaugeName = keyof typeof GAUGES;

export interface GaugeValue {
  readonly name: GaugeName;
  readonly tags: Readonly<Record<string, string>>;
  readonly value: number;
}

const seconds = (at: string) => Math.floor(Date.parse(at) / 1000);

/** The values of a look. They hold no account names. */
export function gaugesOf(look: Look): readonly GaugeValue[] {
  const values: GaugeValue[] = [];
  const set = (name: GaugeName, value: number, tags: GaugeValue['tags'] = {}) => values.push({ name, tags, value });
  set('semester_look_time_seconds', seconds(look.at));
  if ('value' in look.workers) set('semester_worker_polling', Number(look.workers.value.polling));
  for (const { workflowId, failing, waiting } of 'value' in look.runs ? look.runs.value : []) {
    const tags = { workflow: workflowId };
    if (failing) set('semester_workflow_task_failing_since_seconds', seconds(failing.since), tags);
    for (const { key, since } of waiting ?? []) {
      const [, kind, what = ''] = /^(gate|attention):(.*)$/.exec(key) ?? [];
      if (kind === 'gate') set('semester_gate_waiting_since_seconds', seconds(since), { ...tags, gate: what });
      if (kind === 'attention') set('semester_step_parked_since_seconds', seconds(since), { ...tags, step: what });
      const limit = heldLimitMs({ workflowId }, key);
      if (limit === null) continue;
      const host = workflowId.slice('host/'.length);
      set('semester_host_locked_since_seconds', seconds(since), { host });
      set('semester_host_lock_limit_seconds', limit / 1000, { host });
    }
  }
  if (look.mails) set('semester_store_answers', Number('value' in look.mails));
  for (const { state, approver, count } of look.mails && 'value' in look.mails ? look.mails.value : [])
    set('semester_mails_last_day', count, { state, to: approver ? 'approver' : 'user' });
  if (look.mailServer) set('semester_mail_server_accepts', Number('value' in look.mailServer));
  if (look.backup) {
    const at = 'value' in look.backup ? look.backup.value.at : null;
    set('semester_backup_time_seconds', at === null ? 0 : seconds(at));
  }
  for (const { file, end } of look.certificates)
    set('semester_certificate_end_seconds', 'value' in end ? seconds(end.value.ends) : 0, { file });
  const checks = judge(look).map(({ check }) => check);
  for (const check of new Set(checks))
    set('semester_findings', checks.filter((one) => one === check).length, { check });
  return values;
}
