import type { Language } from '../../domain/names.ts';
import type { LedgerState } from '../../domain/ledger.ts';

const KO: Readonly<Record<LedgerState, string>> = {
  intended: '보내는 중이었음',
  sent: '보냄',
  unknown: '도착 여부 모름',
  bounced: '반송됨',
  refused: '메일 서버가 거부함',
  'no-address': '메일 주소 없음',
  waived: '예외로 승인됨',
};

/** What became of a mail, for people; `semester mails` shows the state itself. */
export const stateWord = (state: LedgerState, language: Language): string => (language === 'ko' ? KO[state] : state);
