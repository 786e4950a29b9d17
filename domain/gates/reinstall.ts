import { handGate } from './define.ts';

export const reinstallGate = handGate({
  name: 'reinstall',
  decides: {
    en: 'A person reinstalls the leader; the service checks its layout.',
    ko: '담당자가 대표 서버를 다시 설치하면 서비스가 구성을 확인합니다.',
  },
  phase: 'update',
  asked: ({ mode }) => mode === 'reinstall',
  value: null,
});
