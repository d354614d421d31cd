namespace Mimir.Models.Transformers;

/// <summary>
/// The operations a transformer needs, on vectors of numbers that the caller cannot look at. <typeparamref name="T"/> is a
/// double vector (reference), a share (party), a shape whose masks only the dealer knows (dealer), or a cost (plan).
/// </summary>
/// <remarks>
/// Every operation is data-independent: which operations run, in which order and on which lengths depends on public shapes only.
/// That is why the dealer can walk the same program as the parties and why the tape needs no index.
/// All values carry <c>f = fixed_point.scale_bits</c> fraction bits unless an operation says otherwise; a <c>T</c> is a flat vector
/// and operations over several heads or rows take it row-major.
/// </remarks>
public interface IArithmetic<T>
{
    /// <summary>Number of elements of <paramref name="x"/>.</summary>
    int Length(T x);

    /// <summary>x + y, elementwise. Local.</summary>
    T Add(T x, T y);

    /// <summary>Elements [start, start + length) of <paramref name="x"/>. Local, no copy.</summary>
    T Slice(T x, int start, int length);

    /// <summary>Row <paramref name="row"/> (public) of a secret table of vectors, authenticated. Local.</summary>
    T Row(SecretMatrix table, int row);

    /// <summary>The row of <paramref name="table"/> whose number is the secret integer <paramref name="index"/> (one element, scale 0).</summary>
    ValueTask<T> LookupAsync(SecretMatrix table, T index);

    /// <summary>z = W·x (+ bias, when the matrix has one). W: rows × columns. x: columns. z: rows.</summary>
    ValueTask<T> LinearAsync(SecretMatrix w, T x);

    /// <summary>x ∘ y, elementwise.</summary>
    ValueTask<T> MultiplyAsync(T x, T y);

    /// <summary>f(x), elementwise, for a smooth function of one variable; values outside its domain are clamped as the function declares.</summary>
    ValueTask<T> ApplyAsync(ScalarFunction f, T x);

    /// <summary>x / sqrt(mean(x²) + epsilon). The gain is folded into the next matrix (see ModelFolding).</summary>
    ValueTask<T> NormalizeAsync(T x, double epsilon);

    /// <summary>x − mean(x).</summary>
    ValueTask<T> CenterAsync(T x);

    /// <summary>
    /// Rotary position embedding: every head of <paramref name="x"/> (heads × headSize, halves rotated as in Hugging Face's
    /// rotate_half) turned by the public angles position·frequency_j, j &lt; headSize/2.
    /// </summary>
    ValueTask<T> RotateAsync(T x, RotaryTable table, int position);

    /// <summary>
    /// Writes one position's key and value (each kvHeads × headSize) to the secret cache of layer <paramref name="layer"/>.
    /// </summary>
    ValueTask AppendAsync(int layer, T key, T value);

    /// <summary>
    /// q·K for every query head against all positions in the cache of <paramref name="layer"/>.
    /// q: heads × headSize → heads × positions, row-major. 1/sqrt(headSize) is folded into the query weights.
    /// </summary>
    ValueTask<T> ScoresAsync(int layer, T query);

    /// <summary>softmax along each of the <paramref name="rows"/> equal rows of <paramref name="scores"/>.</summary>
    ValueTask<T> SoftmaxAsync(T scores, int rows);

    /// <summary>Σ_t weight[head, t]·V[t] for every query head. weights: heads × positions → heads × headSize.</summary>
    ValueTask<T> MixAsync(int layer, T weights);

    /// <summary>
    /// The secret integer (one element, scale 0) of the largest logit. With a temperature τ &gt; 0, Gumbel noise is added to logits/τ first,
    /// which samples from softmax(logits/τ) exactly. Only the first <paramref name="count"/> logits (the vocabulary) take part.
    /// </summary>
    ValueTask<T> SampleAsync(T logits, int count, double temperature);
}
