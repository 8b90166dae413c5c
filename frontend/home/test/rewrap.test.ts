// New headers for the same body: age's own implementation opens what they give, for the new key and no other.
import { Decrypter, Encrypter, generateIdentity, identityToRecipient } from "age-encryption";
import { expect, test } from "vitest";
import { wrapFileKey } from "../../officer/src/share/access/rewrap";

const NONCE_AND_CHUNK = 16 + 16;

async function sealed(plain: Uint8Array, recipient: string): Promise<{ header: Uint8Array; body: Uint8Array }> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const file = await encrypter.encrypt(plain);
  const at = file.length - plain.length - NONCE_AND_CHUNK;
  return { header: file.subarray(0, at), body: file.subarray(at) };
}

function decrypter(identity: string): Decrypter {
  const made = new Decrypter();
  made.addIdentity(identity);
  return made;
}

test("a header that is wrapped anew opens the same body, for its recipient alone", async () => {
  const [first, second] = [await generateIdentity(), await generateIdentity()];
  const { header, body } = await sealed(new TextEncoder().encode("what the camera saw"), await identityToRecipient(first));
  const fileKey = await decrypter(first).decryptHeader(header);
  const anew = wrapFileKey(fileKey, await identityToRecipient(second));
  expect(anew.length).toBe(168);
  const file = new Uint8Array([...anew, ...body]);
  expect(await decrypter(second).decrypt(file, "text")).toBe("what the camera saw");
  await expect(decrypter(first).decrypt(file)).rejects.toThrow(/no identity matched/);
});

test("what is no recipient, and no file key, is refused", async () => {
  const recipient = await identityToRecipient(await generateIdentity());
  const fileKey = new Uint8Array(16);
  for (const odd of ["", "age1", recipient.toUpperCase(), `${recipient.slice(0, -1)}${recipient.endsWith("x") ? "q" : "x"}`]) {
    expect(() => wrapFileKey(fileKey, odd)).toThrow("age_key_malformed");
  }
  expect(() => wrapFileKey(new Uint8Array(15), recipient)).toThrow("sealed_file_key_malformed");
});

test("the same keys make the very header that the hub's own implementation reads", () => {
  const recipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
  const header = wrapFileKey(new Uint8Array(16).fill(7), recipient, new Uint8Array(32).fill(9));
  expect(new TextDecoder().decode(header)).toMatchInlineSnapshot(`
    "age-encryption.org/v1
    -> X25519 V9tLNZ8jrl4Ubk4lEgVnBHIlBjSMFQwUdT0Mkz0E1CE
    ua6oo+iZGOTYdZLj0ulzbxU67ba0IjVq+/raQKfHPW4
    --- 4KImgpxSg3uOgSgNx+81PLArVhdOlgsqmcOKd2vTzWI
    "
  `);
});
