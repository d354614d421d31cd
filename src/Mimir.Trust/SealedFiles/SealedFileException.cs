namespace Mimir.Trust.SealedFiles;

/// <summary>A sealed file that must not be used. The message names the file, what is wrong and what to do.</summary>
public sealed class SealedFileException(SealRefusal refusal, string message) : Exception(message)
{
    /// <summary>The reason.</summary>
    public SealRefusal Refusal => refusal;
}
