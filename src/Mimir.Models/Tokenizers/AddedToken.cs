namespace Mimir.Models.Tokenizers;

/// <summary>A token that is found in the text before anything else is done to it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text, not empty.</param>
/// <param name="StripLeft">Swallows white space before it.</param>
/// <param name="StripRight">Swallows white space after it.</param>
/// <param name="SingleWord">Only where no word character is next to it.</param>
/// <param name="Normalized">Looked for in the normalised text, in its own normalised form.</param>
/// <param name="Special">Left out when decoding.</param>
internal sealed record AddedToken(int Id, string Content, bool StripLeft, bool StripRight, bool SingleWord, bool Normalized, bool Special)
{
    /// <summary>A control token of a tokenizer.model.</summary>
    public static AddedToken Control(int id, string content) => new(id, content, false, false, false, false, Special: true);
}
