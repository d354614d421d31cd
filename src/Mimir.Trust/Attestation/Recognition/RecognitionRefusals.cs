namespace Mimir.Trust.Attestation.Recognition;

/// <summary>Codes of refusals while files are put together to evidence.</summary>
public static class RecognitionRefusals
{
    /// <summary>The evidence is of no kind that is known.</summary>
    public const string Evidence = "input.evidence-unrecognised";

    /// <summary>A further file is nothing that belongs to evidence.</summary>
    public const string Endorsement = "input.endorsement-unrecognised";

    /// <summary>Two files state different nonces.</summary>
    public const string Nonce = "input.nonce";

    /// <summary>More files, or larger ones, than evidence may have.</summary>
    public const string TooLarge = "input.too-large";
}
