/** A person's keys: a further signing key is made on the signer. */
import { onClick } from "../page";
import { toSigner } from "../signing";

const make = document.querySelector<HTMLButtonElement>("#new-signing-key"); // of who signs requests
if (make !== null) onClick(make, () => toSigner.register());
