import { handGate } from './define.ts';

export const leaderWorkGate = handGate({
  name: 'leader-work',
  decides: {
    en: 'A person updates the leader by hand, where site.yaml says so; the service looks at what changed.',
    ko: 'site.yaml에서 그렇게 정한 경우, 담당자가 대표 서버를 직접 업데이트하면 서비스가 바뀐 것을 확인합니다.',
  },
  // A rehearsal asks about a semester; whether the leader is updated by hand, the site says.
  phase: null,
  value: null,
});
