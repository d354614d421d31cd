using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Mimir.Client.Joint;
using Mimir.Gateway.Errors;

namespace Mimir.Gateway.Joint;

/// <summary>
/// A joint session as one owner hands it to the other, as text: the offer's token (versioned, see <see cref="JointOffer"/>), a dot, and the first eight characters of its
/// SHA-256 in base64url, which notice what was copied badly. It holds no secret and grants nothing.
/// </summary>
internal static class JointLink
{
    private const int CheckLength = 8;

    /// <summary>The link of an offer.</summary>
    public static string Write(JointOffer offer)
    {
        var token = offer.ToToken();
        return $"{token}.{CheckOf(token)}";
    }

    /// <summary>The offer of a link, from whomever it comes.</summary>
    /// <exception cref="ApiException">It is none, or not whole.</exception>
    public static JointOffer Read(string link)
    {
        link = link.Trim();
        var dot = link.LastIndexOf('.');
        if (link.Length > JointOffer.LongestToken || dot < 0 || link.Length - dot - 1 != CheckLength || CheckOf(link[..dot]) != link[(dot + 1)..])
            throw ApiException.Field("link", "link: this is no link of a joint session, or not all of it; copy it again");
        try
        {
            return JointOffer.Parse(link[..dot]);
        }
        catch (ArgumentException error)
        {
            throw ApiException.Field("link", $"link: {error.Message}");
        }
    }

    private static string CheckOf(string token) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(token)))[..CheckLength];
}
