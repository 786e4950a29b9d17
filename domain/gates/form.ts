import { handGate } from './define.ts';

export const formGate = handGate({
  name: 'form',
  decides: {
    en: 'A person makes the survey form and reports its address; the service opens the address.',
    ko: '담당자가 설문 양식을 만들고 주소를 알려 주면 서비스가 그 주소를 확인합니다.',
  },
  phase: 'reopen',
  asked: ({ formUrl }) => formUrl === undefined,
  value: 'URL',
});
