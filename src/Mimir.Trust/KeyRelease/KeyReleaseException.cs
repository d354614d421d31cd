namespace Mimir.Trust.KeyRelease;

/// <summary>A key was not released. The message names the key and who refused; never a secret, never a text of the other side.</summary>
public sealed class KeyReleaseException(KeyRefusal refusal, string message) : Exception(message)
{
    /// <summary>The reason.</summary>
    public KeyRefusal Refusal => refusal;
}
