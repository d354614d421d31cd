using System.Buffers.Text;
using System.Text;
using Google.Protobuf;
using Mimir.Spdz.Programs;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Client.Joint;

/// <summary>
/// A session that waits for its data owners, as one of them hands it to the others: which session, on which model, on which terms. It holds no secret and grants
/// nothing (the coordinator asks for certificates); whoever accepts one agrees to its terms, and a session on others is refused before anything is sent.
/// </summary>
/// <remarks>Token: "mimir-join-1." and, in base64url: 16 bytes session, 1 byte length of the model's name, its UTF-8, a SessionTerms message.</remarks>
public sealed class JointOffer
{
    /// <summary>Most characters of a token.</summary>
    public const int LongestToken = 16 * 1024;

    private const string Mark = "mimir-join-1.";
    private readonly SessionPlan _plan;

    internal JointOffer(SessionId session, string model, SessionTerms terms) =>
        (Session, Model, Terms, _plan) = (session, model, terms, SessionTermsCodec.Read(terms));

    /// <summary>The session.</summary>
    public SessionId Session { get; }

    /// <summary>What the offering owner calls the model; for people.</summary>
    public string Model { get; }

    /// <summary>The session's terms as the coordinator has them.</summary>
    public SessionTerms Terms { get; }

    /// <summary>The prompt in order. The last part's tokens are its room; the others' are exact.</summary>
    public IReadOnlyList<JointPart> Parts => [.. _plan.Segments.Select(s => new JointPart(s.Owner, s.Positions))];

    /// <summary>Who receives the generated tokens.</summary>
    public IReadOnlyList<string> Receivers => _plan.Receivers;

    /// <summary>Tokens to generate.</summary>
    public int MaxTokens => _plan.MaxTokens;

    /// <summary>τ; 0 is greedy.</summary>
    public double Temperature => _plan.Temperature;

    /// <summary>N.</summary>
    public int Parties => checked((int)Terms.Parties);

    /// <summary>MACs on.</summary>
    public bool Active => SessionTermsCodec.IsActive(Terms.Security);

    /// <summary>Whether a text of <paramref name="tokens"/> tokens fits part <paramref name="number"/>.</summary>
    public bool Fits(int number, int tokens) =>
        tokens <= _plan.Segments[number].Positions && tokens >= _plan.Segments[number].Positions - (number == _plan.Segments.Count - 1 ? _plan.Uncertain : 0);

    /// <summary>As text of letters, digits, '.', '-' and '_', fit for a link.</summary>
    public string ToToken()
    {
        var name = Encoding.UTF8.GetBytes(Model);
        return Mark + Base64Url.EncodeToString([.. Session.ToBytes(), checked((byte)name.Length), .. name, .. Terms.ToByteArray()]);
    }

    /// <summary>The offer in <paramref name="token"/>, from whomever it comes.</summary>
    /// <exception cref="ArgumentException">It is no offer, or of terms that nobody could run; says why.</exception>
    public static JointOffer Parse(string token)
    {
        if (token.Length > LongestToken) throw new ArgumentException($"an offer has at most {LongestToken} characters, not {token.Length}");
        token = token.Trim();
        if (!token.StartsWith(Mark, StringComparison.Ordinal)) throw new ArgumentException($"an offer of a joint session begins with '{Mark}'");
        try
        {
            var bytes = Base64Url.DecodeFromChars(token.AsSpan(Mark.Length)).AsSpan();
            var name = bytes.Slice(SessionId.Size + 1, bytes[SessionId.Size]);
            var terms = SessionTerms.Parser.ParseFrom(bytes[(SessionId.Size + 1 + name.Length)..]);
            return new JointOffer(SessionId.FromBytes(bytes[..SessionId.Size]), NameOf(name), terms);
        }
        catch (Exception error) when (error is FormatException or IndexOutOfRangeException or ArgumentOutOfRangeException or DecoderFallbackException or InvalidProtocolBufferException)
        {
            throw new ArgumentException("the offer of a joint session is not whole; copy all of it", error);
        }
    }

    private static string NameOf(ReadOnlySpan<byte> utf8)
    {
        var name = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(utf8);
        return name.Any(char.IsControl) ? throw new ArgumentException("the offer of a joint session names a model with control characters") : name;
    }
}
