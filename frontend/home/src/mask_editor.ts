// Drawing on the picture: a script of its own, loaded when it is asked for.
import "./mask_layer";
import "./mask_moment";
import "./mask_tools";

export { MaskSession } from "./mask_session";
