namespace Mimir.Trust.Sealing;

/// <summary>A sealed message does not open: altered, replayed, redirected, or not from the sender it claims.</summary>
public sealed class SealBrokenException(string message) : Exception(message);
