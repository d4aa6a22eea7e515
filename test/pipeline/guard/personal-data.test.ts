import { describe, expect, it } from 'vitest';
import { finishPaced } from '../../../src/core/turns/paced.ts';
import { turnsOf } from '../../../src/core/turns/turns.ts';
import { type Find, findPersonalData } from '../../../src/pipeline/guard/masking/personal-data.ts';
import { perRound } from '../../rounds.ts';

/** In one go, however long it takes. */
const search = (text: string, phoneCountries: string[] = []): Find[] =>
  finishPaced(findPersonalData(text, turnsOf({ unitsPerTurn: Number.POSITIVE_INFINITY }), { phoneCountries })) as Find[];
const finds = (text: string, phoneCountries: string[] = []): string[] =>
  search(text, phoneCountries).map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`);

const jwt = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${'dBjftJeZ4CVPmB92K27u'}`;

describe('personal data', () => {
  it.each<[string, string[]]>([
    ['Write to ann.o-hara+x@mail.example.co.uk.', ['EMAIL ann.o-hara+x@mail.example.co.uk']],
    [
      'to "ann..lee"@example.com, or ann@[192.0.2.7] or ann@[IPv6:2001:db8::1]',
      ['EMAIL "ann..lee"@example.com', 'EMAIL ann@[192.0.2.7]', 'EMAIL ann@[IPv6:2001:db8::1]'],
    ],
    ['<jörg@müller.de>, (a@b.io)', ['EMAIL jörg@müller.de', 'EMAIL a@b.io']],
    ['Call +49 30 901820 or +1 (415) 555-2671 today', ['PHONE +49 30 901820', 'PHONE +1 (415) 555-2671']],
    ['Call +1 415 555 2671 2024-01-05', ['PHONE +1 415 555 2671']],
    ['(415) 555-2671, 415-555-2671, 415.555.2671', ['PHONE (415) 555-2671', 'PHONE 415-555-2671', 'PHONE 415.555.2671']],
    ['IBAN DE89 3704 0044 0532 0130 00, GB82WEST12345698765432.', ['IBAN DE89 3704 0044 0532 0130 00', 'IBAN GB82WEST12345698765432']],
    ['Card 4111 1111 1111 1111 exp 12/27', ['CARD 4111 1111 1111 1111']],
    ['5555555555554444 3782-822463-10005', ['CARD 5555555555554444', 'CARD 3782-822463-10005']],
    ['SSN 536-22-8726.', ['SSN 536-22-8726']],
    ['from 203.0.113.7 and 2001:db8::8a2e:370:7334', ['IP 203.0.113.7', 'IP 2001:db8::8a2e:370:7334']],
    [`token ${jwt}`, [`SECRET ${jwt}`]],
    ['AKIAIOSFODNN7EXAMPLE', ['SECRET AKIAIOSFODNN7EXAMPLE']],
    ['sk-proj-Ab1cdefghijklmnopqrst', ['SECRET sk-proj-Ab1cdefghijklmnopqrst']],
    ['postgres://app:hunter22@db/x', ['SECRET hunter22']],
    [
      '-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----\nrest',
      ['SECRET -----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----'],
    ],
    ['Call +49\u00a0170\u00a01234567 or 415\u2011555\u20112671 now', ['PHONE +49\u00a0170\u00a01234567', 'PHONE 415\u2011555\u20112671']],
    ['IBAN DE89\u00a03704\u202f0044\u00a00532\u00a00130\u00a000.', ['IBAN DE89\u00a03704\u202f0044\u00a00532\u00a00130\u00a000']],
    ['an\u200bn@exam\u00adple.com\u200b 😀 and ann＠example.com', ['EMAIL an\u200bn@exam\u00adple.com', 'EMAIL ann＠example.com']],
    [
      '4111\u200b1111\u200b1111\u200b1111 ４１１１１１１１１１１１１１１１',
      ['CARD 4111\u200b1111\u200b1111\u200b1111', 'CARD ４１１１１１１１１１１１１１１１'],
    ],
    ['the word <EMAIL_1> itself', ['LITERAL <EMAIL_1>']],
    [
      'to "ann lee"@example.com and "ann \\"x\\" lee"@example.com, {"to":"\\"ann lee\\"@example.com"}',
      ['EMAIL "ann lee"@example.com', 'EMAIL "ann \\"x\\" lee"@example.com', 'EMAIL \\"ann lee\\"@example.com'],
    ],
    ['mailto:bob%40host.example?cc=j%C3%B6rg%40m%C3%BCller.de', ['EMAIL bob%40host.example', 'EMAIL cc=j%C3%B6rg%40m%C3%BCller.de']],
    [
      'bob&#64;host.example, bob&#x40;host.example, bob&commat;host.example, bob&#64host&period;example',
      ['EMAIL bob&#64;host.example', 'EMAIL bob&#x40;host.example', 'EMAIL bob&commat;host.example', 'EMAIL bob&#64host&period;example'],
    ],
    [
      '{"a":"bob\\u0040host.example","b":"bob\\x40host.example","c":"bob\\\\u{40}host.example"}',
      ['EMAIL bob\\u0040host.example', 'EMAIL bob\\x40host.example', 'EMAIL bob\\\\u{40}host.example'],
    ],
    ['bob%2540host.example and bob&amp;#64;host.example', ['EMAIL bob%2540host.example', 'EMAIL bob&amp;#64;host.example']],
    ['bob\\@host\\.example', ['EMAIL bob\\@host\\.example']],
    ['"%22bob smith%22%40host.example', ['EMAIL %22bob smith%22%40host.example']],
    ['tel:%2B49%2030%20901820 and 4111%201111%201111%201111', ['PHONE %2B49%2030%20901820', 'CARD 4111%201111%201111%201111']],
    ['{"card":"paid with\\n4111 1111 1111 1111"}', ['CARD 4111 1111 1111 1111']],
    [
      '4111.1111.1111.1111, 4111_1111_1111_1111, 4111/1111/1111/1111',
      ['CARD 4111.1111.1111.1111', 'CARD 4111_1111_1111_1111', 'CARD 4111/1111/1111/1111'],
    ],
    [
      'pay_4111111111111111 pay-4111111111111111 pay.4111111111111111 4111111111111111_pay pay_4111_1111_1111_1111_now',
      ['4111111111111111', '4111111111111111', '4111111111111111', '4111111111111111', '4111_1111_1111_1111'].map((card) => `CARD ${card}`),
    ],
    ['ssn_536-22-8726_old tel_415-555-2671 tel_+4930901820', ['SSN 536-22-8726', 'PHONE 415-555-2671', 'PHONE +4930901820']],
    [
      'key_AKIAIOSFODNN7EXAMPLE, key_sk-proj-Ab1cdefghijklmnopqrst',
      ['SECRET AKIAIOSFODNN7EXAMPLE', 'SECRET sk-proj-Ab1cdefghijklmnopqrst'],
    ],
  ])('the search for personal data finds in %j', (text, expected) => expect(finds(text)).toEqual(expected));

  it('the search for personal data takes national telephone numbers of the countries that the operator names', () => {
    expect(finds('Ruf 030 901820 an')).toEqual([]);
    expect(finds('Ruf 030 901820 an', ['DE'])).toEqual(['PHONE 030 901820']);
    expect(finds('Ring 020 7946 0018', ['GB'])).toEqual(['PHONE 020 7946 0018']);
  });

  it.each([
    'Order 4012888888881882, invoice 2024-000123, ticket #5551234567',
    'Order 100-2000-3000, part 12-3456-789, SKU 0123-4567-89',
    'On 2024-01-15 at 12:30:45, or 15.01.2024, 01/15/2024 10:30, 20240115103045',
    'Timestamps 1700000000 1700000000000 1700000000000000',
    'Version 1.2.3.4, v10.20.30.40, 1.2.3, release 2.0.0.1, node 24.21.0',
    'id 123e4567-e89b-12d3-a456-426614174000 and 12345678-1234-1234-1234-123456789012',
    'sha 4111111111111111aaaa and da39a3ee5e6b4b0d3255bfef95601890afd80709',
    'IBAN DE89 3704 0044 0532 0130 01 has a wrong checksum; card 4111 1111 1111 1112 too',
    'SSN 000-12-3456, 666-12-3456, 900-12-3456, 123-00-4567, 123-45-0000',
    'localhost 127.0.0.1, 0.0.0.0, 255.255.255.0, 300.1.2.3, 1.2.3',
    'std::vector Foo::Bar a::b 12:30:45 00:1A:2B:3C:4D:5E',
    'icon@2x.png, @scope/pkg@1.2.3, user@localhost, a @ b.com, me@',
    'class sk-circle-fade-dot-animation-wrapper',
    'pi is 3.14159265358979323846, total 1,234,567.89, range 100-200-3000',
    'matrix 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16',
    '<EMAIL> <FOO_1> EMAIL_1 <email_1> <EMAIL_x>',
    '{"@type":"Person","a":"b","@alice.bsky.social":1,"to":"@alice.bsky.social"} and "c" or "@alice.bsky.social"',
    'https://registry.example/%40scope%2fpkg 100%40 AT&T &copy; &amp; \\u12 \\x4 50%',
    'dates 2024.1231.0000.1234, order 4012-8888-8888-1882, openssl_1.2.3.4, -4111111111111111, 0.4111111111111111',
  ])('the search for personal data raises no false alarm in %j', (text) => expect(finds(text, ['DE', 'US'])).toEqual([]));

  it.each<[string, string]>([
    ['letters', 'a'],
    ['digits', '1'],
    ['spaced digits', '1 '],
    ['at signs', '@'],
    ['addresses without end', 'a@a.'],
    ['dots', 'a.'],
    ['dashes', '4-'],
    ['colons', ':'],
    ['plus signs', '+1 '],
    ['brackets', '('],
    ['keys without end', 'sk-'],
    ['tokens without end', 'eyJaaaaaaaaaaaa.'],
    ['IBAN beginnings', 'DE89 '],
    ['key files', '-----BEGIN PRIVATE KEY-----'],
    ['placeholders without end', '<EMAIL_'],
    ['URLs without end', '://a:'],
    ['octets', '1.'],
    ['percent signs', '%'],
    ['percent signs escaped', '%25'],
    ['escaped at signs', '%40'],
    ['ampersands escaped', '&amp;'],
    ['entities', 'a&#64;'],
    ['backslashes', '\\'],
    ['escaped quotes', '\\"'],
    ['quotes and at signs', '"@'],
    ['quoted names', '"a "@'],
    ['keys behind lines', '_sk-'],
  ])('the search for personal data is done with a long text of %s', (_, piece) => {
    const text = piece.repeat(Math.ceil(perRound(120_000, 200_000) / piece.length));
    expect(search(text, ['DE']).length).toBeLessThan(text.length);
  });
});
