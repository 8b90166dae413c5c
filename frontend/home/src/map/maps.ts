// Both maps: a script that is loaded when the first one is shown.
import "./area_map";
import "./camera_map";
