// Drawing on the picture: a script of its own, loaded when it is asked for.
import "./layer";
import "./moment";
import "./tools";

export { MaskSession } from "./session";
