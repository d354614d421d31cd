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

    /// <summary>z = W·x (+ bias, when the matrix has one), with an adapter (W + B·A)·x. W: rows × columns. x: columns. z: rows.</summary>
    ValueTask<T> LinearAsync(SecretMatrix w, T x);

    /// <summary>x ∘ y, elementwise.</summary>
    ValueTask<T> MultiplyAsync(T x, T y);

    /// <summary>
    /// The MLP of <paramref name="block"/>: Down·h, h = activation(Up·x), or, gated, h = activation(gate) ∘ up with both from the stacked matrix Up.
    /// x: hidden → hidden. One operation, so that a backend may read the activation from the opening of Up's product.
    /// </summary>
    ValueTask<T> FeedForwardAsync(LayerLayout block, T x);

    /// <summary>
    /// x / sqrt(mean(x²) + epsilon) for each of <paramref name="rows"/> equal parts of x. The gain of a norm before a matrix is folded into it (see
    /// ModelFolding).
    /// </summary>
    ValueTask<T> NormalizeAsync(T x, double epsilon, int rows = 1);

    /// <summary>cap·tanh(x/cap), elementwise.</summary>
    ValueTask<T> CapAsync(T x, double cap);

    /// <summary>x − mean(x).</summary>
    ValueTask<T> CenterAsync(T x);

    /// <summary>
    /// Rotary position embedding: every head of <paramref name="x"/> (heads × headSize) turned by the public angles of <paramref name="position"/>, see
    /// <see cref="RotaryTable.At"/>.
    /// </summary>
    ValueTask<T> RotateAsync(T x, RotaryTable table, int position);

    /// <summary>
    /// One position's attention in layer <paramref name="layer"/>: appends key and value (each kvHeads × headSize) to the secret cache,
    /// then Σ_t softmax_t(q·K[t])·V[t] per query head over the positions in it that the
    /// layer's window leaves (<see cref="LayerAttention"/>), scores q·K[t] capped where the model says so. q: heads × headSize → heads × headSize. 1/sqrt(headSize) is folded
    /// into the query weights. One operation, so that a backend may open query, key and value in one round.
    /// </summary>
    ValueTask<T> AttendAsync(int layer, T query, T key, T value);

    /// <summary>Appends key and value (each kvHeads × headSize) to the cache of layer <paramref name="layer"/> for a position that attends to nothing there itself.</summary>
    ValueTask StoreAsync(int layer, T key, T value);

    /// <summary>
    /// The secret integer (one element, scale 0) of the largest logit. With a temperature τ &gt; 0, Gumbel noise is added to logits/τ first,
    /// which samples from softmax(logits/τ) exactly; with <paramref name="topK"/> &gt; 0 among the k largest logits only (of equals the first), each noise by its
    /// logit's rank. Only the first <paramref name="count"/> logits (the vocabulary) take part.
    /// </summary>
    ValueTask<T> SampleAsync(T logits, int count, double temperature, int topK = 0);
}
