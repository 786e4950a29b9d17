import { handGate } from './define.ts';

export const leaderWorkGate = handGate({
  name: 'leader-work',
  decides: {
    en: 'A person updates the leader by hand, if site.yaml sets that; the service inspects what changed.',
    ko: 'site.yaml에서 그렇게 정한 경우, 담당자가 대표 서버를 직접 업데이트하면 서비스가 바뀐 것을 확인합니다.',
  },
  // A rehearsal knows the semester only, and site.yaml sets whether a person updates the leader.
  phase: null,
  value: null,
});
