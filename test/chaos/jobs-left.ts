import { TOP } from './held.ts';

/**
 * Shell commands that print what a workflow's remote jobs have left on a host: for each its script, how it ended, and whether
 * it ran again (not if a host had to reboot), then units and held commands.
 */
export const jobsLeft = (workflow: string, rebooted = false): string => `
  cd ${TOP}
  for job in $(grep -lsr '^${workflow}[/@]' */semester-*/workflow .*/semester-*/workflow | sort -u); do
    job=\${job%/workflow}
    name="job $(sha256sum <$job/script.sh | cut -c 1-8)"
    echo "$name ended $(cut -d' ' -f1 $job/finished)"
    ${rebooted ? '' : `sed -n "s/.*runs again$/$name ran again/p" $job/output`}
  done | sort
  ls hold-* 2>/dev/null
  systemctl list-units --all --plain --no-legend 'semester-*' | awk '{print "unit", $1}'
  true`;
