import { many } from '../../../domain/many.ts';
import type { Language } from '../../../domain/names.ts';
import type { whyNotBack } from '../../../domain/roll-back.ts';

type WhyNot = NonNullable<ReturnType<typeof whyNotBack>>;

/** What the plan of a rollback says. */
export function rollBackTexts(language: Language) {
  const ko = language === 'ko';
  const image = (name: string | null) => name ?? (ko ? '알 수 없는 이미지' : 'an unknown image');
  return {
    headline: (hosts: number, reason: string): string =>
      ko
        ? `서버 ${hosts}대를 이전 루트로 되돌리고 재부팅합니다 (${reason})`
        : `Take ${many(hosts, 'host')} back to the root that ran before, and reboot (${reason})`,
    row: (host: string, from: string | null, to: string | null): string => `${host}: ${image(from)} → ${image(to)}`,
    /** Why a host is left out, and what can be done about it. */
    not: (host: string, why: WhyNot, { running, toplevel }: { running: string; toplevel: string }): string => {
      const byHand = `cd ${toplevel}; mv root failed-root; mv old-root root; btrfs subvolume set-default root; reboot`;
      switch (why) {
        case 'not-root':
          return ko
            ? `${host} 제외: root가 아니라 서브볼륨 "${running}"(으)로 돌고 있습니다. 재부팅하거나, 실행 중인 것의 이름을 root로 바꾸고 기본값으로 지정하세요`
            : `${host} is left out: it runs the subvolume "${running}", not root. Reboot it, or rename what runs to root and set it as the default`;
        case 'none':
          return ko
            ? `${host} 제외: 되돌아갈 old-root가 없습니다. 이미지를 새로 준비할 때 지워집니다`
            : `${host} is left out: it has no old-root to go back to. It is deleted when the next image is prepared`;
        case 'not-ours':
          return ko
            ? `${host} 제외: old-root가 이 서비스의 업데이트로 생긴 것이 아니어서 부팅되는지, 이 서버의 호스트 키가 있는지 알 수 없습니다. 확인한 뒤 그 서버에서 직접 되돌리세요: ${byHand}`
            : `${host} is left out: no update of ours put its old-root there, so nobody knows whether it boots and has this host's keys. Look at it, then go back by hand there: ${byHand}`;
      }
    },
    nobody: ko
      ? '되돌릴 수 있는 서버가 없습니다. 조치한 뒤 retry하거나 abort하세요'
      : 'No host that was named can go back: mend it, then retry, or abort',
    silent: (host: string, why: string): string =>
      ko ? `${host}을(를) 확인하지 못해 제외합니다: ${why}` : `${host} could not be looked at and is left out: ${why}`,
  };
}
