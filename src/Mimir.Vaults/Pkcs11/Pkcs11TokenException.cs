namespace Mimir.Vaults.Pkcs11;

/// <summary>A token cannot do what was asked. The message names token and key; never the PIN.</summary>
public sealed class Pkcs11TokenException(string message) : Exception(message);
