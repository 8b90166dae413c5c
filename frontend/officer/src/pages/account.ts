/** A person's keys: a further signing key is made on the signer. */
import { find, onClick } from "../page";
import { toSigner } from "../signing";

onClick(find<HTMLButtonElement>("#new-signing-key"), () => toSigner.register());
