/**
 * The headers of the dashboard's own files, by name in lower case.
 *
 * @param signInOrigins that the app may talk to besides its own
 */
export const dashboardHeaders = (signInOrigins) => ({
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    ["connect-src 'self'", ...signInOrigins].join(' '),
    "img-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': ['camera', 'geolocation', 'microphone', 'payment', 'usb']
    .map((feature) => `${feature}=()`)
    .join(', '),
  'referrer-policy': 'no-referrer',
  'strict-transport-security': `max-age=${TWO_YEARS}`,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
});

/** Seconds. */
export const TWO_YEARS = 63_072_000;
