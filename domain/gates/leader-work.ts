import { handGate } from './define.ts';

export const leaderWorkGate = handGate({
  name: 'leader-work',
  decides: {
    en: 'With update.mode by-hand: a person updates the leader; the service checks what changed.',
    ko: 'site.yaml에서 그렇게 정한 경우, 담당자가 대표 서버를 직접 업데이트하면 서비스가 바뀐 것을 확인합니다.',
  },
  subject: { en: 'work on the first server by hand', ko: '첫 서버 작업(수작업)' },
  // A rehearsal reads only the semester, but the site decides whether the leader is updated by hand.
  phase: null,
  value: null,
});
