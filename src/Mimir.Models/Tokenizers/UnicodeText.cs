using System.Text;

namespace Mimir.Models.Tokenizers;

/// <summary>Refuses text that has no UTF-8 form.</summary>
internal static class UnicodeText
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">A lone surrogate; the text itself is not in the message.</exception>
    public static void RequireValid(string text)
    {
        try
        {
            Strict.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            throw new ArgumentException("the text is not valid Unicode: it has half of a surrogate pair", nameof(text));
        }
    }
}
