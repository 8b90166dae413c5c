import{b as m}from"./chunk-BJKZPZLJ.js";import"./chunk-34FY6Y3R.js";m();
