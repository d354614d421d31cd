namespace Mimir.Overlay.Uapi;

/// <summary>The program behind a WireGuard interface does not answer, answers what is not understood, or refuses. The message names the interface.</summary>
public sealed class UapiException(string message) : Exception(message);
